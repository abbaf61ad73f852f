// A message that waits for delivery.
import {
  type Plain,
  valuesAt,
  blobId,
  choice,
  derived,
  emailAddress,
  exact,
  integer,
  ipAddress,
  map,
  nested,
  object,
  set,
  string,
  struct,
  union,
  unsigned,
  utcDateTime,
  words,
} from '../schema/index.ts';
import { createdAt } from './parts/references.ts';

const answerFields = {
  responseCode: unsigned('Three-digit code of the answer', { min: 100, max: 599 }).nullable(),
  responseEnhanced: string('Enhanced status code of the answer').nullable(),
  responseHostname: string('Host that answered').nullable(),
  responseMessage: string('Text of the answer').nullable(),
};

const QueueExpiryTtl = struct('QueueExpiryTtl', 'At a time', {
  expiresAt: utcDateTime('The time'),
});

const QueueExpiryAttempts = struct('QueueExpiryAttempts', 'After a number of attempts', {
  expiresAttempts: unsigned('The number').default(0),
});

const QueueExpiry = union('QueueExpiry', 'When delivery is given up', {
  Ttl: QueueExpiryTtl,
  Attempts: QueueExpiryAttempts,
});

const ServerResponse = struct('ServerResponse', 'Answer of the other side', answerFields);

const DeliveryError = struct('DeliveryError', 'Why delivery failed', {
  ...answerFields,
  errorCommand: string('Command that failed').nullable(),
  errorMessage: string('What went wrong').nullable(),
  errorType: choice('DeliveryErrorType', 'Kind of failure'),
});

const RecipientStatus = union('RecipientStatus', 'Where a delivery stands', {
  Scheduled: null,
  Completed: ServerResponse,
  TemporaryFailure: DeliveryError,
  PermanentFailure: DeliveryError,
});

const QueuedRecipient = struct('QueuedRecipient', 'Where one recipient stands', {
  expires: nested(QueueExpiry, 'When delivery is given up'),
  flags: set(choice('RecipientFlag'), 'What the sender asked for').serverSet(),
  notifyCount: unsigned('How often the sender was told of the delay').default(0),
  notifyDue: utcDateTime('When the sender is told next'),
  orcpt: string('Original recipient that the sender gave').nullable(),
  queueName: string('Queue it waits in', { maxLength: 8 }).serverSet(),
  retryCount: unsigned('How often delivery was tried').default(0),
  retryDue: utcDateTime('When delivery is tried next'),
  status: nested(RecipientStatus, 'State it is in'),
});

export const QueuedMessage = object({
  name: 'QueuedMessage',
  description: 'A message that waits for delivery',
  columns: ['returnPath', 'nextRetry', 'createdAt', 'size'],
  shape: struct('QueuedMessage', 'A queued message', {
    blobId: blobId('Blob that holds the content').serverSet(),
    createdAt: createdAt(),
    envId: string('Envelope identifier that the sender gave').nullable(),
    flags: set(choice('MessageFlag'), 'How it came in').serverSet(),
    nextNotify: utcDateTime('When the sender is told of the delay next').nullable().serverSet(),
    nextRetry: utcDateTime('When delivery is tried next; set it to try sooner').nullable(),
    priority: integer('Priority; higher numbers go first', { min: -100, max: 100 }).default(0),
    receivedFromIp: ipAddress('Address it came from').serverSet(),
    receivedViaPort: unsigned('Port it came in by', { min: 1, max: 65_535 }).default(25).serverSet(),
    recipients: map(emailAddress(), nested(QueuedRecipient), 'Recipients and where each of them stands'),
    returnPath: string('Envelope sender').serverSet(),
    size: unsigned('Size in bytes').default(0).serverSet(),
  }),
  filters: {
    text: words('returnPath'),
    to: derived(emailAddress(), (value) => Object.keys(value['recipients'] as object)),
    due: exact('nextRetry'),
    queueName: derived(string(), (value) =>
      Object.values(value['recipients'] as object).flatMap((one) =>
        valuesAt<string>(one as Plain, 'queueName'),
      ),
    ),
    returnPath: exact('returnPath'),
  },
  source: 'queue',
  awaits: 'the message queue',
});
