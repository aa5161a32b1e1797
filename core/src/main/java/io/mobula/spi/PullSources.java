package io.mobula.spi;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Sources of the bytes of one attempt of an object: endpoints that are known when a pull begins,
 * and a way to find others while it runs.
 *
 * @param known endpoints of nodes that have this attempt, each once, best first; at least one
 * @param finder finds further endpoints
 */
public record PullSources(List<String> known, Finder finder) {
  /** Maximum number of sources of one pull; further endpoints are ignored. */
  public static final int MAX_SOURCES = 64;

  private static final Finder NONE = found -> CompletableFuture.completedStage(null);

  /** Copies the endpoints and refuses an empty list, too many endpoints, and duplicates. */
  public PullSources {
    known = List.copyOf(known);
    Objects.requireNonNull(finder, "others");
    if (known.isEmpty()
        || known.size() > MAX_SOURCES
        || known.stream().distinct().count() != known.size()) {
      throw new IllegalArgumentException("A pull from " + known.size()
          + " sources: name at least one and at most " + MAX_SOURCES + ", each once");
    }
  }

  /** Returns sources that are exactly these endpoints. */
  public static PullSources only(String... endpoints) {
    return new PullSources(List.of(endpoints), NONE);
  }

  /** Finder of further sources. Called on a thread of the transfer; must not block. */
  @FunctionalInterface
  public interface Finder {
    /**
     * Starts a search; called when the pull begins, and again whenever none of its sources is left.
     * The pull uses endpoints as they are found, and waits for the end of the search only if no
     * other source is left.
     *
     * @param found receives each endpoint as soon as it is known, on any thread; endpoints that the
     *     pull knows already are ignored
     * @return completes, normally or not, when this search will find nothing more
     */
    CompletionStage<?> search(Consumer<String> found);
  }
}
