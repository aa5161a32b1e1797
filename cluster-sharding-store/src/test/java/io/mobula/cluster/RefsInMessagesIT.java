package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.internal.cluster.ControlMessage;
import io.mobula.placement.Resources;
import io.mobula.testkit.PollingAssert;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Refs inside a program's own Akka messages: which nodes hold them, and for how long. */
@Timeout(120)
class RefsInMessagesIT {
  /** Less than the size of one of the values. */
  private static final long ABOUT_NOTHING = LargeValueTasks.COUNT * 8L / 2;

  /** Messages that the actor has read; the actor lives in this JVM. */
  private static final BlockingQueue<Note> READ = new LinkedBlockingQueue<>();

  private static MobulaRuntime node;

  @BeforeAll
  static void open() {
    node = Mobula.init(ClusterTestSupport.settings().cpus(1).listen(0));
  }

  @AfterAll
  static void close() {
    node.close();
  }

  /** Message with a ref inside. */
  record Note(ObjectRef<double[]> value) implements ControlMessage {}

  private static Behavior<Note> reading() {
    return Behaviors.receiveMessage(note -> {
      READ.add(note);
      return Behaviors.same();
    });
  }

  /** Returns a driver that holds what it sends for far longer than the test takes. */
  private static MobulaRuntime driver() {
    return Mobula.connect(
        node.nodes().getFirst().address(),
        ClusterTestSupport.settings().set("mobula.cluster.transit-hold", "1h"));
  }

  /**
   * Sends a message and waits for it. Akka encodes the message some time after it was sent, so the
   * ref stays open until it has arrived.
   */
  private static Note received(MobulaRuntime driver, ActorRef<Note> by, double with)
      throws InterruptedException {
    try (var put = driver.put(LargeValueTasks.filled(with))) {
      by.tell(new Note(put));
      assertThat(driver.storeUsage().usedBytes()).isGreaterThan(ABOUT_NOTHING);
      return Objects.requireNonNull(READ.poll(30, TimeUnit.SECONDS), "the message arrives");
    }
  }

  private static void awaitFreed(MobulaRuntime driver) throws Exception {
    PollingAssert.until(
        () -> "it is freed, but " + driver.storeUsage().usedBytes() + " bytes are used",
        () -> driver.storeUsage().usedBytes() < ABOUT_NOTHING);
  }

  @Test
  void theReceiverAloneHoldsWhatItHasRead() throws Exception {
    try (var driver = driver()) {
      var reader = driver
          .<Note>spawn(RefsInMessagesIT::reading, "reader", Resources.none())
          .toCompletableFuture()
          .get(30, TimeUnit.SECONDS);
      var note = received(driver, reader, 3.0);
      assertThat(note.value().get()).containsOnly(3.0);
      note.value().close();
      awaitFreed(driver);
    }
  }
}
