export * from './request.ts';
export * from './pointer.ts';
export * from './shape.ts';
