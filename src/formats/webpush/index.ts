export * from './encrypt.ts';
export * from './vapid.ts';
