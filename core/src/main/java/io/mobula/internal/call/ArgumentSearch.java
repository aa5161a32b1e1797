package io.mobula.internal.call;

import io.mobula.ObjectId;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A search for the arguments of a call whose bytes are no longer where the call has them noted.
 * Each is found in another place, or made again where it must be, before the call asks for
 * resources: the task that makes it may need the same. Safe for all threads; nothing blocks.
 */
public final class ArgumentSearch {
  private static final int MOST_NAMED = 8;

  private final List<MissingArgument> missing;

  private record MissingArgument(ObjectId id, ObjectContent.RemoteAccess argument) {}

  private ArgumentSearch(List<MissingArgument> missing) {
    this.missing = missing;
  }

  /**
   * A search for the function and the arguments whose process has left, or null if there is none.
   *
   * @param absent an argument that is to be looked for in any case, or null
   */
  static @Nullable ArgumentSearch of(
      Object function, Object[] arguments, @Nullable ObjectId absent) {
    var sought = with(List.of(), function, absent);
    for (var argument : arguments) {
      sought = with(sought, argument, absent);
    }
    return sought.isEmpty() ? null : new ArgumentSearch(sought);
  }

  /** That list, or one with this argument more if it is to be looked for. */
  private static List<MissingArgument> with(
      List<MissingArgument> missing, Object argument, @Nullable ObjectId absent) {
    if (argument instanceof ObjectEntry entry
        && entry.outcome() instanceof ObjectContent.RemoteValue(var remote)
        && (remote.hasHolderLeft() || entry.id().equals(absent))) {
      var more = missing.isEmpty() ? new ArrayList<MissingArgument>() : missing;
      more.add(new MissingArgument(entry.id(), remote));
      return more;
    }
    return missing;
  }

  /**
   * Begins to look for all of them, at the same time.
   *
   * @param then is told whether each has a place that it can be read from. Whoever reads one that
   *     has none looks for it himself, and hears why it is nowhere
   */
  public void start(Consumer<Boolean> then) {
    var searches = missing.stream()
        .map(each -> CompletableFuture.completedStage(each.argument())
            .thenCompose(ObjectContent.RemoteAccess::locate)
            .toCompletableFuture())
        .toList();
    var _ = CompletableFuture.allOf(searches.toArray(CompletableFuture[]::new))
        .handle((nothing, broken) ->
            broken == null && searches.stream().allMatch(CompletableFuture::join))
        .thenAccept(then);
  }

  /** The ids of these arguments; the first eight and a number if there are more. */
  public String describe() {
    var first = missing.stream()
        .limit(MOST_NAMED)
        .map(each -> each.id().toString())
        .collect(Collectors.joining(", "));
    return missing.size() > MOST_NAMED
        ? first + " and " + (missing.size() - MOST_NAMED) + " more"
        : first;
  }
}
