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
 * Search for the arguments of a call that are no longer at their recorded location. Each argument
 * is found elsewhere, or reconstructed if necessary, before the call requests resources, as the
 * task that reconstructs it may need the same resources. Safe for all threads; nothing blocks.
 */
public final class ArgumentSearch {
  private static final int MAX_NAMED = 8;

  private final List<MissingArgument> missing;

  private record MissingArgument(ObjectId id, ObjectContent.RemoteAccess argument) {}

  private ArgumentSearch(List<MissingArgument> missing) {
    this.missing = missing;
  }

  /**
   * Returns a search for the function and the arguments whose process has left, or null if there
   * are none.
   *
   * @param absent an argument to be searched for in any case, or null
   */
  static @Nullable ArgumentSearch of(
      Object function, Object[] arguments, @Nullable ObjectId absent) {
    var sought = with(List.of(), function, absent);
    for (var argument : arguments) {
      sought = with(sought, argument, absent);
    }
    return sought.isEmpty() ? null : new ArgumentSearch(sought);
  }

  /** Adds the argument to the list if it must be searched for. */
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
   * Starts to search for all arguments at the same time.
   *
   * @param then receives whether every argument has a readable location. A reader of an argument
   *     without one searches for it again, and gets the reason why it is nowhere
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

  /** Lists the ids of these arguments: the first eight, and the number of the others. */
  public String describe() {
    var first = missing.stream()
        .limit(MAX_NAMED)
        .map(each -> each.id().toString())
        .collect(Collectors.joining(", "));
    return missing.size() > MAX_NAMED
        ? first + " and " + (missing.size() - MAX_NAMED) + " more"
        : first;
  }
}
