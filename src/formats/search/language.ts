// The language of a text: from tags where there are any, else by statistics, bounded by the languages that are
// supported. The statistics cost about 95 MB of memory, so they are loaded only where there is a choice to make.
import { hasStemmer } from './stem.ts';

export interface LanguageSettings {
  /** Locales or languages (`en_US`, `de`); empty for all. */
  readonly supported: Iterable<string>;
  /** Locale or language of texts of which nothing is known. */
  readonly fallback: string;
}

/** Languages of an index. Names are ISO 639-1 codes. */
export interface Languages {
  readonly fallback: string;
  /** The language of a text, or undefined when there is no telling. */
  of(text: string, tags?: readonly string[] | null): string | undefined;
  /** Languages whose stems a query is tried with. */
  ofQuery(text: string): readonly string[];
  isSupported(language: string): boolean;
}

/** Confidence above which the detected language of a text is believed. */
const TEXT_CONFIDENCE = 0.6;
const QUERY_CONFIDENCE = 0.3;
/** Characters that are looked at. */
const SAMPLE = 2000;
/** Up to so many languages, a query is tried in all of them: a word alone has no sure language. */
const TRIED = 4;

type Detect = (text: string) => { language: string; confidence: number };

/** Loads what these settings need. */
export async function loadLanguages(settings: LanguageSettings): Promise<Languages> {
  const supported = new Set([...settings.supported].map(primary));
  const fallback = primary(settings.fallback);
  const isSupported = (language: string): boolean => supported.size === 0 || supported.has(language);
  const detect = supported.size === 1 ? undefined : await loadDetector();
  const [only] = supported;
  const detected = (text: string, confidence: number): string | undefined => {
    if (detect === undefined) return only;
    const found = detect(text.length > SAMPLE ? text.slice(0, SAMPLE) : text);
    return found.confidence >= confidence && isSupported(found.language) ? found.language : undefined;
  };
  return {
    fallback,
    isSupported,
    of: (text, tags) =>
      tags?.map(primary).find((tag) => isSupported(tag) && hasStemmer(tag)) ??
      detected(text, TEXT_CONFIDENCE),
    ofQuery: (text) => {
      if (supported.size > 0 && supported.size <= TRIED) return [...new Set([...supported, fallback])];
      const found = detected(text, QUERY_CONFIDENCE);
      return found === undefined || found === fallback ? [fallback] : [found, fallback];
    },
  };
}

const primary = (locale: string): string => (locale.split(/[-_]/, 1)[0] as string).toLowerCase();

async function loadDetector(): Promise<Detect> {
  const { eld } = await import('eld/extrasmall');
  return (text) => {
    const result = eld.detect(text);
    return { language: result.language, confidence: result.getScores()[result.language] ?? 0 };
  };
}
