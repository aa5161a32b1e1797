package io.mobula.spi;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Where the bytes of one attempt of an object are to be had: endpoints that are known when a pull
 * begins, and a way to find others while it runs.
 *
 * @param known endpoints of nodes that have this attempt, each once, best first; at least one
 * @param finder finds more
 */
public record PullSources(List<String> known, Finder finder) {
  /** How many sources one pull may have; what is found beyond that is passed over. */
  public static final int MAX_SOURCES = 64;

  private static final Finder NONE = found -> CompletableFuture.completedStage(null);

  /** Copies the endpoints and refuses none, too many, and one that is named twice. */
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

  /** These and no others. */
  public static PullSources only(String... endpoints) {
    return new PullSources(List.of(endpoints), NONE);
  }

  /** Looks for sources. Called on a thread of the transfer; must not block. */
  @FunctionalInterface
  public interface Finder {
    /**
     * Begins a search: when the pull begins, and again whenever none of its sources is left. The
     * pull goes on with what is found meanwhile, and waits for the end of the search only if nobody
     * else is left.
     *
     * @param found takes each endpoint as soon as it is known, on any thread; one that the pull
     *     knows already does no harm
     * @return completes, either way, when nothing more will be found by this search
     */
    CompletionStage<?> search(Consumer<String> found);
  }
}
