// Telemetry events of the registry.
import type { TypeName } from './type-names.ts';

declare module '../base/events.ts' {
  interface EventCatalogue {
    /** A stored record cannot be read; it is left out. */
    'registry.validation-error': { type: TypeName; id: number; error: unknown };
    /** Reading changed settings again failed; the old ones stay in use. */
    'registry.reload-failed': { type: string; error: unknown };
    /** Old entries of the audit trail could not be removed; it is tried again. */
    'registry.trail-failed': { error: unknown };
    /** A record was written or destroyed. */
    'registry.changed': { type: TypeName; id: string; by: number; what: 'create' | 'update' | 'destroy' };
  }
}
