// What a tag of the spam filter means for a message.
import { exact, float, object, string, struct, union, uniqueProperty } from '../schema/index.ts';

const SpamTagScore = struct('SpamTagScore', 'The tag adds to the score', {
  score: float('Score it adds; negative for good signs', { min: -999_999, max: 999_999 }).default(0),
  tag: string('Name of the tag'),
});

const SpamTagAction = struct('SpamTagAction', 'The tag decides by itself', {
  tag: string('Name of the tag'),
});

export const SpamTag = object({
  name: 'SpamTag',
  description: 'What a tag of the spam filter means for a message',
  label: 'tag',
  columns: ['tag', 'score'],
  shape: union('SpamTag', 'A spam tag', {
    Score: SpamTagScore,
    Discard: SpamTagAction,
    Reject: SpamTagAction,
  }),
  unique: [uniqueProperty('SpamTag', 'tag')],
  filters: {
    tag: exact('tag'),
  },
  awaits: 'the spam filter',
});
