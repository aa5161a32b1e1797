package io.mobula.internal.store;

/**
 * An object of another process of this host is not where it was: that process has moved it out of
 * its memory, or is gone. Whoever reads asks again; see {@link FetchWait#readRemote}.
 */
final class ObjectMovedException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  ObjectMovedException(IllegalStateException seen) {
    super(seen.getMessage(), seen);
  }
}
