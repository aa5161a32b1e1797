package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.error.StoreFullException;
import io.mobula.placement.Placement;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tasks and actors whose arguments are on another host, with a store that has room for the
 * arguments of three calls at a time. Two nodes of this JVM that do not share their memory.
 */
@Timeout(120)
@Tag("long")
class ArgumentAdmissionIT {
  private static final int BYTES = 1 << 20;
  private static final int EACH = 4;
  private static final int CALLS = 8;

  /** Returns the total size of four arguments that are in memory at the same time. */
  static long sizes(Tensor a, Tensor b, Tensor c, Tensor d) throws InterruptedException {
    Thread.sleep(20); // takes a while, so that calls overlap
    return a.size() + b.size() + c.size() + d.size();
  }

  /** Actor with the same work as the task. */
  static final class Reader {
    private int calls;

    int calls() {
      return calls;
    }

    long sizes(Tensor a, Tensor b, Tensor c, Tensor d) throws InterruptedException {
      calls++;
      return ArgumentAdmissionIT.sizes(a, b, c, d);
    }
  }

  @Test
  void callsTakeTurnsForTheRoomOfTheirArguments() {
    var apart = Mobula.settings().set("mobula.store.share-host", "false");
    try (var source = Mobula.init(apart.cpus(0).storeCapacity(128L << 20).listen(0));
        var reader = Mobula.init(apart
            .cpus(CALLS)
            .storeCapacity(16L << 20)
            .set("mobula.store.segment-size", "4 MiB")
            .join(source.nodes().getFirst().address()))) {
      var refs = new ArrayList<ObjectRef<Tensor>>();
      for (int i = 0; i < CALLS * EACH; i++) {
        refs.add(source.put(Tensor.allocate(DType.INT8, BYTES)));
      }
      assertThat(source.get(tasks(source, reader, refs)))
          .hasSize(CALLS)
          .containsOnly((long) EACH * BYTES);
      assertThat(source.get(calls(source, reader, refs)))
          .hasSize(CALLS)
          .containsOnly((long) EACH * BYTES);
      refusesWhatCanNeverFit(source, reader);
    }
  }

  private static List<ObjectRef<Long>> tasks(
      MobulaRuntime source, MobulaRuntime reader, List<ObjectRef<Tensor>> refs) {
    var results = new ArrayList<ObjectRef<Long>>();
    for (int i = 0; i < refs.size(); i += EACH) {
      results.add(source
          .task(
              ArgumentAdmissionIT::sizes,
              refs.get(i),
              refs.get(i + 1),
              refs.get(i + 2),
              refs.get(i + 3))
          .placement(Placement.on(reader.nodeId()))
          .remote());
    }
    return results;
  }

  private static List<ObjectRef<Long>> calls(
      MobulaRuntime source, MobulaRuntime reader, List<ObjectRef<Tensor>> refs) {
    var results = new ArrayList<ObjectRef<Long>>();
    for (int i = 0; i < refs.size(); i += EACH) {
      var actor =
          source.actor(Reader::new).placement(Placement.on(reader.nodeId())).remote();
      results.add(actor
          .call(Reader::sizes, refs.get(i), refs.get(i + 1), refs.get(i + 2), refs.get(i + 3))
          .remote());
    }
    return results;
  }

  private static void refusesWhatCanNeverFit(MobulaRuntime source, MobulaRuntime reader) {
    var actor =
        source.actor(Reader::new).placement(Placement.on(reader.nodeId())).remote();
    try (var first = source.put(Tensor.allocate(DType.INT8, 9 << 20));
        var second = source.put(Tensor.allocate(DType.INT8, 9 << 20));
        var result = source
            .task((Tensor a, Tensor b) -> a.size() + b.size(), first, second)
            .placement(Placement.on(reader.nodeId()))
            .remote();
        var called = actor.call(Reader::sizes, first, second, first, second).remote()) {
      for (var refused : List.of(result, called)) {
        assertThatThrownBy(refused::get)
            .isInstanceOf(StoreFullException.class)
            .hasMessageContaining("has not run")
            .hasMessageContaining("arguments")
            .hasMessageContaining(String.valueOf(16 << 20));
      }
      assertThat(actor.call(Reader::calls).remote().get()).isZero();
    }
  }
}
