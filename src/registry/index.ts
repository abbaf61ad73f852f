export * from './permission-names.ts';
export * from './type-names.ts';
