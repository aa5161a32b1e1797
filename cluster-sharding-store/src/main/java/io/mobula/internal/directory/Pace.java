package io.mobula.internal.directory;

/**
 * How much is said at once and how often.
 *
 * @param unitsPerBatch at most
 * @param bytesPerBatch roughly at most, unless one unit alone has more
 * @param unitsInFlight to one shard, sent and not acknowledged
 * @param resendMillis after which something unanswered is said again
 * @param patienceMillis after which a question is given up that no shard attends to
 */
record Pace(
    int unitsPerBatch,
    int bytesPerBatch,
    int unitsInFlight,
    long resendMillis,
    long patienceMillis) {
  Pace {
    if (unitsPerBatch < 1
        || bytesPerBatch < 1
        || unitsInFlight < 1
        || resendMillis < 1
        || patienceMillis < 1) {
      throw new IllegalArgumentException("A pace is made of numbers above zero, not "
          + unitsPerBatch + ", " + bytesPerBatch + ", " + unitsInFlight + ", " + resendMillis
          + ", " + patienceMillis);
    }
  }
}
