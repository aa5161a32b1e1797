package io.mobula.internal.node;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.serialization.SerializationExtension;
import akka.serialization.Serializers;
import io.mobula.MobulaRuntime.StoreUsage;
import io.mobula.MobulaRuntime.Waiting;
import io.mobula.Resources;
import io.mobula.internal.node.FrontDesk.Description;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class FrontDeskTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final Resources TOTAL = Resources.none().cpus(2.5).memory(1L << 40);
  private static final StoreUsage USAGE = new StoreUsage(1, 2, 3, 4, 5);
  private static final Waiting WAITING =
      new Waiting("task f", Resources.none().cpus(4), "there are only 2.5 CPUs");
  private static final Description DESCRIPTION =
      Description.of(TOTAL, TOTAL.cpus(0.5), USAGE, List.of(WAITING));

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  @Test
  void saysWhatTheNodeHasOnceThatIsFound() {
    var found = new CompletableFuture<Description>();
    var desk = KIT.spawn(FrontDesk.create(() -> found, () -> {}));
    var asker = KIT.<Description>createTestProbe();

    desk.tell(new FrontDesk.Describe(asker.getRef()));
    asker.expectNoMessage();
    found.complete(DESCRIPTION);

    asker.expectMessage(DESCRIPTION);
  }

  @Test
  void goesOnAfterItCouldNotFindOut() {
    var rounds = new AtomicInteger();
    var desk = KIT.spawn(FrontDesk.create(
        () -> rounds.getAndIncrement() == 0
            ? CompletableFuture.failedStage(new IllegalStateException("on purpose"))
            : CompletableFuture.completedStage(DESCRIPTION),
        () -> {}));
    var asker = KIT.<Description>createTestProbe();

    desk.tell(new FrontDesk.Describe(asker.getRef()));
    desk.tell(new FrontDesk.Describe(asker.getRef()));

    asker.expectMessage(DESCRIPTION);
  }

  @Test
  void leavesWhenAsked() {
    var left = KIT.<String>createTestProbe();
    var desk =
        KIT.spawn(FrontDesk.create(CompletableFuture::new, () -> left.getRef().tell("left")));

    desk.tell(new FrontDesk.Leave("a test"));

    left.expectMessage("left");
  }

  @Test
  void amountsComeBackAsTheyWere() {
    assertThat(Description.resources(DESCRIPTION.total())).isEqualTo(TOTAL);
    assertThat(DESCRIPTION.waiting().getFirst().waiting()).isEqualTo(WAITING);
    assertThat(DESCRIPTION.store()).isEqualTo(USAGE);
  }

  @Test
  void saysOfAtMostFiveHundredThatTheyWait() {
    var many = Collections.nCopies(501, WAITING);
    assertThat(Description.of(TOTAL, TOTAL, USAGE, many).waiting()).hasSize(500);
  }

  @Test
  void itsMessagesTravel() {
    travels(new FrontDesk.Describe(KIT.<Description>createTestProbe().getRef()));
    travels(new FrontDesk.Leave("node 1"));
    travels(DESCRIPTION);
  }

  private static void travels(Object message) {
    var serialization = SerializationExtension.get(KIT.system());
    var serializer = serialization.findSerializerFor(message);
    assertThat(serializer.getClass().getSimpleName()).isEqualTo("JacksonCborSerializer");
    var bytes = serialization.serialize(message).get();
    var back = serialization
        .deserialize(bytes, serializer.identifier(), Serializers.manifestFor(serializer, message))
        .get();
    assertThat(back).isEqualTo(message);
  }
}
