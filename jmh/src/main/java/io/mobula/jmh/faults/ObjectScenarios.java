package io.mobula.jmh.faults;

import io.mobula.ObjectRef;
import io.mobula.ResultForm;
import io.mobula.error.NodeLostException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Scenarios of the workload that put, await and stream values. */
final class ObjectScenarios {
  private static final int ENOUGH = 50;

  private ObjectScenarios() {}

  /**
   * Puts values in this process, which is not killed, and reads them here and in tasks on other
   * nodes.
   */
  static void puts(WorkloadSession session) {
    var random = session.random();
    int with = random.nextInt(1_000);
    var word = session.unique("word");
    session.run(
        session.operation("put-small").expecting(word), () -> session.runtime().put(word));
    try (ObjectRef<io.mobula.tensor.Tensor> large = session.put(WorkloadTasks.tensor(with))) {
      if (large == null) {
        return;
      }
      var refs = new ArrayList<WorkloadSession.PendingOperation<Long>>();
      for (int i = 0; i < 1 + random.nextInt(5); i++) {
        var operation = session
            .operation("sum-of-put")
            .effects(1 + ENOUGH)
            .expecting((long) with * WorkloadTasks.LARGE);
        var pending = session.begin(
            operation,
            () -> session
                .runtime()
                .task(WorkloadTasks::sum, session.effects(), operation.id(), large)
                .maxRetries(ENOUGH)
                .placement(TaskScenarios.anywhere(random))
                .remote());
        if (pending != null) {
          refs.add(pending);
        }
      }
      waitForAll(
          session, refs.stream().map(WorkloadSession.PendingOperation::ref).toList());
      refs.forEach(session::end);
    }
  }

  private static void waitForAll(WorkloadSession session, List<ObjectRef<Long>> refs) {
    if (!refs.isEmpty()) {
      session.call(
          session.operation("wait").expecting(refs.size()),
          () -> session
              .runtime()
              .wait(refs, refs.size(), WorkloadSession.LIMIT)
              .ready()
              .size());
    }
  }

  /** Reads a stream: all its items in order, or a prefix followed by a loss. */
  static void stream(WorkloadSession session) {
    int count = 1 + session.random().nextInt(200);
    var operation = session
        .operation("stream")
        .effects(1 + ENOUGH)
        .expecting(IntStream.range(0, count).boxed().toList())
        .allowing(NodeLostException.class);
    session.call(operation, () -> read(session, operation.id(), count));
  }

  private static List<Integer> read(WorkloadSession session, String id, int count) {
    var items = new ArrayList<Integer>();
    try (var stream = session
        .runtime()
        .task(WorkloadTasks::stream, session.effects(), id, count)
        .maxRetries(ENOUGH)
        .placement(TaskScenarios.anywhere(session.random()))
        .maxUnread(8)
        .remote(ResultForm.stream())) {
      for (var ref : stream) {
        try (ref) {
          items.add(ref.get(WorkloadSession.LIMIT));
        }
      }
    }
    return items;
  }
}
