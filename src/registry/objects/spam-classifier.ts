// The part of the spam filter that learns from examples.
import {
  boolean,
  choice,
  duration,
  float,
  nested,
  singleton,
  struct,
  union,
  unsigned,
} from '../schema/index.ts';

const FtrlParameters = struct('FtrlParameters', 'Learning parameters', {
  alpha: float('How fast it learns', { min: 0 }).default(2),
  beta: float('How much that speed falls for features that are seen often', { min: 0 }).default(1),
  l1Ratio: float('How strongly rare features are dropped', { min: 0 }).default(0.001),
  l2Ratio: float('How strongly weights are kept small', { min: 0 }).default(0.0001),
  numFeatures: choice('ModelSize', 'Size of the table of features, as a power of two').default('20'),
});

const classifierFields = {
  featureL2Normalize: boolean('Scale all features of a message to the same total weight').default(true),
  featureLogScale: boolean('Count a repeated feature by the logarithm of its number').default(true),
  parameters: nested(FtrlParameters, 'Learning parameters of the features').default({
    alpha: 2,
    beta: 1,
    l1Ratio: 0.001,
    l2Ratio: 0.0001,
    numFeatures: '20',
  }),
};

const SpamClassifierFtrlFh = struct(
  'SpamClassifierFtrlFh',
  'Logistic regression over hashed features',
  classifierFields,
);

const SpamClassifierFtrlCcfh = struct(
  'SpamClassifierFtrlCcfh',
  'The same with a second table that tells confused features apart',
  {
    ...classifierFields,
    indicatorParameters: nested(FtrlParameters, 'Learning parameters of the second table').default({
      alpha: 2,
      beta: 1,
      l1Ratio: 0.001,
      l2Ratio: 0.0001,
      numFeatures: '18',
    }),
  },
);

const SpamClassifierModel = union('SpamClassifierModel', 'How the filter learns', {
  FtrlFh: SpamClassifierFtrlFh,
  FtrlCcfh: SpamClassifierFtrlCcfh,
  Disabled: null,
});

export const SpamClassifier = singleton({
  name: 'SpamClassifier',
  description: 'The part of the spam filter that learns from examples',
  shape: struct('SpamClassifier', 'Learning filter', {
    holdSamplesFor: duration('How long examples are kept').default(15_552_000_000),
    learnHamFromCard: boolean('Learn mail of known correspondents as good').default(true),
    learnHamFromReply: boolean('Learn mail that answers our own as good').default(true),
    learnSpamFromRblHits: unsigned(
      'Block lists that have to name the sender before its mail is learned as spam; 0 for never',
      { max: 100 },
    ).default(2),
    learnSpamFromTraps: boolean('Learn mail to trap addresses as spam').default(true),
    minHamSamples: unsigned('Good examples that are needed before the filter judges', {
      min: 1,
      max: 10_000,
    }).default(100),
    minSpamSamples: unsigned('Bad examples that are needed before the filter judges', {
      min: 1,
      max: 10_000,
    }).default(100),
    model: nested(SpamClassifierModel, 'How the filter learns'),
    reservoirCapacity: unsigned('Examples of each kind that one training uses', {
      min: 100,
      max: 100_000,
    }).default(1024),
    trainFrequency: duration('How often the filter is trained; absent for on request only')
      .nullable()
      .default(43_200_000),
  }),
  awaits: 'the spam filter',
});
