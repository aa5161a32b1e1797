package io.mobula.internal.directory;

/**
 * How much is said at once and how often.
 *
 * @param statementsPerBatch at most
 * @param bytesPerBatch roughly at most, unless one unit alone has more
 * @param statementsInFlight to one shard, sent and not acknowledged
 * @param resendMillis after which something unanswered is said again
 * @param timeoutMillis after which a question is given up that no shard attends to
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
      throw new IllegalArgumentException("A pace is made of numbers above zero, not "
          + statementsPerBatch + ", " + bytesPerBatch + ", " + statementsInFlight + ", "
          + resendMillis
          + ", " + timeoutMillis);
    }
  }
}
