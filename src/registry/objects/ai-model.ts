// A language model that scripts and the spam filter may ask.
import {
  boolean,
  choice,
  duration,
  float,
  map,
  nested,
  object,
  string,
  struct,
  uri,
} from '../schema/index.ts';
import { HttpAuth } from './parts/http-auth.ts';

export const AiModel = object({
  name: 'AiModel',
  description: 'A language model that scripts and the spam filter may ask',
  label: 'name',
  columns: ['model', 'modelType'],
  shape: struct('AiModel', 'A language model', {
    allowInvalidCerts: boolean(
      'Accept certificates that cannot be verified; only for tests, since anybody in between can then listen',
    ),
    httpAuth: nested(HttpAuth, 'How requests identify themselves to the service'),
    httpHeaders: map(string(), string(), 'Headers added to every request, by name'),
    model: string('Name of the model, as the service calls it'),
    modelType: choice('AiModelType', 'Whether the service takes conversations or plain text').default('Chat'),
    name: string('Name by which scripts refer to the model'),
    temperature: float('How freely the model answers, from 0 (always alike) to 1', {
      min: 0,
      max: 1,
    }).default(0.7),
    timeout: duration('Longest wait for an answer; large models take their time').default(120_000),
    url: uri("Address of the service's completion interface"),
  }),
  awaits: 'language models',
});
