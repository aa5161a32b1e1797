package io.mobula.contract;

import java.nio.file.Path;
import java.util.List;

/** Text of the page {@code docs/user-code.md}, generated from {@link UserCodeSite}. */
final class UserCodePageWriter {
  static final Path FILE = Path.of("..", "docs", "user-code.md");

  private static final String HEAD = """
      # Where Mobula calls a program's code

      What a method of a user's class may do to a node, and on which thread Mobula calls it. Each row is a test case of
      `HostileCodeTest`, on one node, across processes and as if across hosts. The tables are generated from its list
      (`-Dtest=UserCodePageWriterTest -Dmobula.docs.write=true`).

      A method may *throw*, *block* and ignore interrupts, *recurse* until the stack is full, *exhaust* the heap, or
      *return null*. A cell is what `get` does: it throws that exception (`Codec` is `CodecException`; `Execution` is the
      JDK's `ExecutionException` of the future), or returns a value. In the column *blocks*, `TaskCancelled` means that
      `cancel` or a timeout ends the wait at once, while the method keeps its thread and its resources until it returns.
      *Its value* there means that the call takes as long as the method. *It stops* means that the Akka actor stops.

      In short: what runs in a task or an actor fails that call; what runs where you submit or read fails there; no thread
      of Mobula ends. In each case the node runs other tasks and calls meanwhile and afterwards, all resources are returned
      once the method has ended, and nothing reaches the default handler of uncaught exceptions. After an `Error` from a
      method the actor is restarted, or dies if `maxRestarts` is used up.

      """;

  private static final String FOOT = """

      ## When the heap is full

      An `OutOfMemoryError` thrown by a program's code is that code's failure, as the table says: the task or call fails,
      and the node goes on. One that is thrown in Mobula's own bookkeeping would leave a frame unread or a waiter without
      notification. The process ends then, by `halt` with exit code 72 and one line on its standard error, and other
      processes see a death: tasks run again elsewhere, values are reconstructed, actors restart. Akka does the same in its
      own threads. Both follow the setting `akka.jvm-exit-on-fatal-error` of the actor system (`on` by default); with
      `off`, which an embedding service may want, the process goes on and may have lost work. `HeapExhaustionIT` fills
      heaps of 64 MiB.

      ## Classes of a parameter table

      An optimizer, a schedule, an aggregator and a partitioner may be a class of the program. Row initializers,
      compressions and consistency rules may not. A failure is a `TableException`, or a `HeapException` if the heap is full,
      with the table, the class and the method in its message. The shard and its other tables go on. `UserCodeFailureTest`,
      `UserCodePlacesTest` and `UndoneUpdateTest` let each throw, recurse, exhaust the heap and lack a class.

      | what is called | thread | result of a failure |
      |---|---|---|
      | `update`, `plainDescentRate` or `rateAt` of an optimizer, a schedule | the shard | the push fails; weights and state are as before, also if some of them had been changed |
      | the same, or an aggregator, at the end of a step | the shard | all callers that wait for the step get the failure; its gradients are kept, and each later request tries the step again |
      | `stateVectors`, `isMean` | the shard, and the thread that creates the table | the table is not created; a shard that was restarted goes on without it |
      | a partitioner | the thread that pulls or pushes; the shard in a move or a restart | the call fails, and an `exchange` has not ended the step; after a move that failed all tables are where they were |
      | `toString` of an optimizer or aggregator | the thread that saves or creates the table | the name of its class is used |
      | serialization hooks | the thread that creates the table, before any shard | the table is not created |

      A null, a negative number of state vectors and a rate that is negative or not finite count as failures. A method that
      blocks holds up its shard, with all tables there; callers that wait get a `ServerClosedException` when the server
      closes. A partitioner that blocks holds up its caller only, or its shard during a move.

      ## Other places

      | what is called | where | result | tested by |
      |---|---|---|---|
      | serialization hooks and class initializers of exceptions, wrappers without causes, causes without end | slot, actor, reader | as above | `HostileExceptionsTest` |
      | stages that complete twice, with a value and an exception, or never | slot | the first completion counts | `HostileValuesTest` |
      | a `PlacementPolicy` of the class path | the thread that asks for a lease or receives news of the cluster; it must be quick, as all placement waits for it | an exception refuses the request with `UnschedulableException`; so does null | `ClusterLeaseSourceTest` |
      | a `DeviceProbe` | the thread that starts the node, then `mobula-devices` | if it throws or gives null, nothing is found, with a warning; if it blocks while the node starts, the node does not start | `DeviceHealthMonitorTest` |
      | callbacks that wait for other callbacks | `mobula-callback` | 64 threads, and more while none of them makes progress | `CallbacksTest` |
      | actors that a spawned behavior starts itself | the dispatcher that the behavior names; Akka's default otherwise | they are Akka's: an error that is fatal to Akka ends the JVM | |
      | a program's `System.out`, interrupts and context class loaders that are left behind | slot, actor | the next task does not see them | `HostileValuesTest` |
      | handlers of uncaught exceptions, log appenders | any thread that logs | not guarded beyond what the JVM and the logging library do | |
      """;

  private UserCodePageWriter() {}

  static String text() {
    var page = new StringBuilder(HEAD)
        .append(
            "| what is called | thread | throws | blocks | recurses | exhausts | returns null |\n")
        .append("|---|---|---|---|---|---|---|\n");
    for (var site : UserCodeSite.values()) {
      page.append("| %s | %s |".formatted(site.what, site.thread.text));
      for (var kind : HostileCode.Kind.values()) {
        page.append(" %s |".formatted(cell(site.outcomes.of(kind))));
      }
      page.append('\n');
    }
    return page.append(FOOT).toString();
  }

  private static String cell(List<String> outcomes) {
    return String.join(
        " or ",
        outcomes.stream()
            .map(each -> each.contains(" ") ? each : "`" + each.replace("Exception", "") + "`")
            .toList());
  }
}
