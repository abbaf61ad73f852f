export * from './schema-types.ts';
export { schemaDocument } from './schema-document.ts';
