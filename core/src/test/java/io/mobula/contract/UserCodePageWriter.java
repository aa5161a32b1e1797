package io.mobula.contract;

import java.nio.file.Path;
import java.util.List;

/** Text of the page {@code docs/user-code.md}, generated from {@link UserCodeSite}. */
final class UserCodePageWriter {
  static final Path FILE = Path.of("..", "docs", "user-code.md");

  private static final String HEAD = """
      # Where Mobula calls a program's code

      For whoever asks what a method of their class may do to a node, and on which thread it is called. Each row is a test case of
      `HostileCodeTest`, on one node, across processes and as if across hosts; the tables are written from its list
      (`-Dtest=UserCodePageWriterTest -Dmobula.docs.write=true`).

      The method *throws*, *blocks* (whatever interrupts come), *recurses* until the stack is full, *exhausts* the heap, or *gives null*.
      A cell says what comes of it: the exception that whoever waits is thrown (`TaskFailed` for `TaskFailedException`), or its value where nothing is amiss. In each case
      the node runs other tasks and calls meanwhile and afterwards, all resources come back once the method has ended, no thread of Mobula ends,
      and nothing reaches the default handler of uncaught exceptions.

      A method that blocks is interrupted when its ref is cancelled or its time limit is over. The ref ends then, whether the method heeds that or
      not; its slot, its resources and its thread are its own until it returns. Where a method runs in the thread of whoever
      submits or reads, that thread waits for it, and nobody else does.

      """;

  private static final String FOOT = """

      ## When the heap is full

      An `OutOfMemoryError` out of a program's code is that code's failure, as the table says: the task or call fails, the node goes on. One that
      Mobula meets in its own bookkeeping would leave a frame unread or a waiter untold. The process ends then, by `halt` with
      exit code 72 and one line on its standard error, and others see a death: tasks run again elsewhere, values are made again,
      actors restart. Akka does the same in its own threads. Both follow the setting `akka.jvm-exit-on-fatal-error` of the actor system
      (`on` by default); with `off`, which an embedding service may want, the process lives on and may have lost work.
      `HeapExhaustionIT` fills heaps of 64 MiB.

      ## Classes of a parameter table

      An optimizer, a schedule, an aggregator and a partitioner may be of the program's own. Row initializers, compressions and consistency rules may not. A failure
      is a `TableException`, or a `HeapException` if the heap is full, with the table, the class and the method in its message. The shard and its
      other tables live on. `UserCodeFailureTest`, `UserCodePlacesTest` and `UndoneUpdateTest` let each throw, recurse, exhaust the heap and lack a class.

      | what is called | thread | what comes of a failure |
      |---|---|---|
      | `update`, `descent` or `rateAt` of an optimizer, a schedule | the shard | the push fails; weights and state are as before, also if some of them had been changed |
      | the same, or an aggregator, at the end of a step | the shard | all who wait for the step are told; its gradients are kept, and each later request tries it again |
      | `stateVectors`, `isMean` | the shard, and who creates the table | the table is not created; a shard that was restarted goes on without it |
      | a partitioner | who pulls or pushes; the shard in a move or a restart | the call fails, and an `exchange` has not ended the step; after a move that failed all tables are where they were |
      | `toString` of an optimizer or aggregator | who saves or creates the table | the name of its class is used |
      | serialization hooks | who creates the table, before any shard | the table is not created |

      A null, a negative number of state vectors and a rate that is negative or not finite count as failures. A method that blocks holds up its shard, with all tables
      there; whoever waits is told when the server closes (`ServerClosedException`). A partitioner that blocks holds up its caller only, but its shard in a move.

      ## Other places

      | what is called | where | what comes of it | held by |
      |---|---|---|---|
      | serialization hooks and class initializers of exceptions, wrappers without causes, causes without end | slot, actor, reader | as above | `HostileExceptionsTest` |
      | stages that tell twice, both, nothing | slot | the first word counts | `HostileValuesTest` |
      | a `PlacementPolicy` of the class path | whoever asks for a lease or brings news of the cluster; it must be quick, as everybody waits for it | what it throws refuses the request with `UnschedulableException`; so does null | `ClusterLeaseSourceTest` |
      | a `DeviceProbe` | the thread that starts the node, then `mobula-devices` | one that throws or gives null has found nothing, with a warning; one that blocks as the node starts keeps it from starting | `DeviceHealthMonitorTest` |
      | callbacks that wait for other callbacks | `mobula-callback` | 64 threads, and more while none of them gets on | `CallbacksTest` |
      | actors that a spawned behavior starts itself | the dispatcher that it names; Akka's default otherwise | they are Akka's: an error that is fatal to Akka ends the JVM | |
      | a program's `System.out`, interrupts and context class loaders that are left behind | slot, actor | the next task does not see them | `HostileValuesTest` |
      | handlers of uncaught exceptions, log appenders | whoever logs | not guarded beyond what the JVM and the logging library do | |
      """;

  private UserCodePageWriter() {}

  static String text() {
    var page = new StringBuilder(HEAD)
        .append(
            "| what is called | thread | throws | blocks | recurses | exhausts | gives null |\n")
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
