package io.mobula.internal.directory;

/**
 * Limits of batches, resend interval and query timeout.
 *
 * @param statementsPerBatch maximum number of statements in a batch
 * @param bytesPerBatch approximate maximum size of a batch, unless a single statement is larger
 * @param statementsInFlight maximum number of statements sent to one shard and not acknowledged
 * @param resendMillis time after which an unanswered message is sent again
 * @param timeoutMillis time after which a query fails that no shard has attended to
 */
record MessagingSettings(
    int statementsPerBatch,
    int bytesPerBatch,
    int statementsInFlight,
    long resendMillis,
    long timeoutMillis) {
  MessagingSettings {
    if (statementsPerBatch < 1
        || bytesPerBatch < 1
        || statementsInFlight < 1
        || resendMillis < 1
        || timeoutMillis < 1) {
      throw new IllegalArgumentException("All parts of a pace must be above zero, not "
          + statementsPerBatch + ", " + bytesPerBatch + ", " + statementsInFlight + ", "
          + resendMillis
          + ", " + timeoutMillis);
    }
  }
}
