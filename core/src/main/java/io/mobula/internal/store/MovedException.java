package io.mobula.internal.store;

/**
 * An object of another process of this host is not where it was: that process has moved it out of
 * its memory, or is gone. Whoever reads asks again; see {@link Bringing#reading}.
 */
final class MovedException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  MovedException(IllegalStateException seen) {
    super(seen.getMessage(), seen);
  }
}
