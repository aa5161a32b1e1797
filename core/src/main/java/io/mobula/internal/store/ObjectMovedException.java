package io.mobula.internal.store;

/**
 * Signal that an object of another process of this host is not at its known address: that process
 * has moved it out of its memory, or is gone. The reader fetches it again; see
 * {@link FetchWait#readRemote}.
 */
final class ObjectMovedException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  ObjectMovedException(IllegalStateException seen) {
    super(seen.getMessage(), seen);
  }
}
