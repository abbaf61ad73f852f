// Judgement of messages by a language model.
import { float, reference, set, singleton, string, struct, text, union, unsigned } from '../schema/index.ts';

const SpamLlmProperties = struct('SpamLlmProperties', 'The model is asked', {
  categories: set(string(), 'Answers that are accepted as categories', { minItems: 2 }).default([
    'Commercial',
    'Harmful',
    'Legitimate',
    'Unsolicited',
  ]),
  confidence: set(string(), 'Answers that are accepted as degrees of confidence').default([
    'High',
    'Low',
    'Medium',
  ]),
  modelId: reference('AiModel', 'The model'),
  prompt: text('What the model is told before the message'),
  responsePosCategory: unsigned('Position of the category in an answer, from 0').default(0),
  responsePosConfidence: unsigned('Position of the confidence; absent for none').nullable().default(1),
  responsePosExplanation: unsigned('Position of the explanation; absent for none').nullable().default(2),
  separator: string('Text between the parts of an answer').default(','),
  temperature: float('How freely the model answers, from 0 (always alike) to 1', { min: 0, max: 1 }).default(
    0.5,
  ),
});

export const SpamLlm = singleton({
  name: 'SpamLlm',
  description: 'Judgement of messages by a language model',
  shape: union('SpamLlm', 'Language model in the spam filter', {
    Disable: null,
    Enable: SpamLlmProperties,
  }),
  awaits: 'the spam filter',
});
