package io.mobula.internal.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Test of the work that is bound to a thread while the thread runs it. */
class ExecutionTest {
  private static final MobulaRuntime NO_RUNTIME = (MobulaRuntime) Proxy.newProxyInstance(
      MobulaRuntime.class.getClassLoader(),
      new Class<?>[] {MobulaRuntime.class},
      (proxy, method, arguments) -> {
        throw new UnsupportedOperationException(method.getName());
      });

  private static Execution execution(String name) {
    var job = new Job(new NodeId(1), false, null, 1);
    var identity = new Execution.Identity(
        NO_RUNTIME, new ObjectId(1, 2, 0), name, 1, Resources.none(), null, job, name, null);
    return new Execution(identity, name, CpuHold.NOTHING, () -> null);
  }

  @Test
  void isTheCurrentOneOfItsThreadOnlyWhileItRuns() throws Exception {
    var outer = execution("outer");
    var inner = execution("inner");
    assertThat(Execution.current()).isNull();
    outer.run(() -> {
      inner.run(() -> assertThat(Execution.current()).isSameAs(inner));
      return assertThat(Execution.current()).isSameAs(outer);
    });
    assertThat(Execution.current()).isNull();
  }

  @Test
  void theThreadGetsItsClassLoaderBackEvenAfterAnException() {
    var thread = Thread.currentThread();
    var own = thread.getContextClassLoader();
    assertThatThrownBy(() -> execution("body").run(() -> {
          thread.setContextClassLoader(null);
          throw new IllegalStateException("thrown");
        }))
        .hasMessage("thrown");
    assertThat(thread.getContextClassLoader()).isSameAs(own);
    assertThat(Execution.current()).isNull();
  }

  @Test
  void mayEndForWantOfAnArgumentOnlyBeforeItsBodyHasBegun() throws Exception {
    var work = execution("body");
    work.makeAbortable();
    assertThat(Execution.isAbortable()).as("outside").isFalse();
    work.run(() -> {
      assertThat(Execution.isAbortable()).isTrue();
      Execution.markBodyBegun();
      return assertThat(Execution.isAbortable()).isFalse();
    });
  }

  @Test
  void printedOutputLeavesBeforeTheExecutionEnds() throws Exception {
    var flushed = new ArrayList<String>();
    var work = execution("body");
    work.outputSink(new OutputSink() {
      @Override
      public boolean write(boolean error, byte[] bytes, int from, int count) {
        return true;
      }

      @Override
      public void flush() {
        flushed.add(Execution.current() == null ? "after" : "within");
      }
    });
    work.run(() -> true);
    assertThat(flushed).containsExactly("within");
  }

  @Test
  void placesWorkOfAThreadOutsideAnyGroupAsAsked() {
    assertThat(List.of(Placement.anywhere(), Placement.spread()))
        .allMatch(asked -> Execution.placementOf(asked).equals(asked));
  }
}
