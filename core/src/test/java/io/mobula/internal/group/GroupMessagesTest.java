package io.mobula.internal.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.serialization.SerializationExtension;
import akka.serialization.Serializers;
import io.mobula.NodeId;
import io.mobula.error.PlacementGroupException.Reason;
import io.mobula.internal.cluster.ControlMessage;
import io.mobula.internal.fuzz.AkkaMessageFuzzer;
import io.mobula.placement.PlacementGroupId;
import io.mobula.placement.PlacementStrategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests that the messages of scheduler, agents and users of groups survive serialization. */
class GroupMessagesTest {
  private static final GroupStatus.Version VERSION = new GroupStatus.Version(17, 3);
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final NodeId NODE = new NodeId(-5);
  private static final PlacementGroupId ID = new PlacementGroupId(-7, Long.MAX_VALUE);
  private static final GroupTermination ENDING =
      new GroupTermination(Reason.OWNER_LEFT, "it has left");

  private static final GroupSpec NAMED = new GroupSpec(
      ID,
      "trainers",
      PlacementStrategy.STRICT_SPREAD,
      List.of(Map.of("CPU", 10_000L, "memory", 1L << 40), Map.of("Licence", 1L)),
      NODE,
      true);
  private static final GroupSpec NAMELESS =
      new GroupSpec(ID, null, PlacementStrategy.PACK, List.of(Map.of("CPU", 1L)), NODE, false);
  private static final BundleAssignment MAP =
      new BundleAssignment(NAMED, 3, List.of(-5L, BundleAssignment.UNASSIGNED));

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  private static final List<Object> ALL = new ArrayList<>();

  private static void travels(ControlMessage message) {
    var serialization = SerializationExtension.get(KIT.system());
    var serializer = serialization.findSerializerFor(message);
    assertThat(serializer.getClass().getSimpleName()).isEqualTo("JacksonCborSerializer");
    var bytes = serialization.serialize(message).get();
    var back = serialization
        .deserialize(bytes, serializer.identifier(), Serializers.manifestFor(serializer, message))
        .get();
    assertThat(back).isEqualTo(message);
    ALL.add(message);
  }

  @Tag("fuzz")
  @Test
  void alteredOnesAreWholeOrRefused() {
    ordersTravel();
    whatKeepersSayTravels();
    wishesAndTheirAnswersTravel();
    AkkaMessageFuzzer.search("messages about groups", 100, KIT.system(), ALL, message -> {});
  }

  /**
   * Refuses bundles that the group does not have: the receiving actor would have failed, or granted
   * what does not exist.
   */
  @Test
  void bundlesThatThereAreNotAreRefused() {
    assertThatThrownBy(() -> new GroupAgent.Prepare(17, NAMED, 3, List.of(0, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("none of number 2");
    assertThatThrownBy(() -> new GroupReport.HeldGroup(MAP, 4, List.of(-1)))
        .hasMessageContaining("none of number -1");
    var less = List.of(Map.of("CPU", -1L));
    assertThatThrownBy(() -> new GroupSpec(ID, null, PlacementStrategy.PACK, less, NODE, false))
        .hasMessageContaining("less than nothing");
  }

  @Test
  void ordersTravel() {
    var from = KIT.createTestProbe(GroupScheduler.Command.class).getRef();
    travels(new GroupAgent.ReportRequest(17, from));
    travels(new GroupAgent.Prepare(17, NAMED, 3, List.of(0, 1)));
    travels(new GroupAgent.Commit(17, MAP));
    travels(new GroupAgent.Abort(17, ID, 3));
    travels(new GroupAgent.Remove(17, ID, ENDING));
    travels(new GroupAgent.GroupUpdate(
        17, new GroupStatus(VERSION, MAP, false, true, "a node has left")));
    travels(new GroupAgent.GroupEnded(17, ID, ENDING));
    travels(new GroupAgent.UpdatesComplete(17));
    travels(new GroupAgent.BundleLoads(
        NODE, List.of(new BundleLoad(ID, 1, Map.of("CPU", 5_000L), 3)), true));
  }

  @Test
  void whatKeepersSayTravels() {
    travels(new GroupScheduler.Prepared(NODE, ID, 3));
    travels(new GroupScheduler.Refused(NODE, ID, 3));
    travels(new GroupScheduler.Committed(NODE, ID, 3, List.of(1)));
    travels(new GroupScheduler.Removed(NODE, ID));
    travels(new GroupScheduler.Superseded(Long.MAX_VALUE));
    travels(new GroupScheduler.Reported(
        NODE,
        new GroupReport(
            List.of(new GroupReport.HeldGroup(MAP, 4, List.of(0))),
            List.of(new GroupReport.PreparedGroup(ID, 4)),
            List.of(NAMED, NAMELESS),
            List.of(new GroupReport.KnownGroup(NAMED, 5, true)),
            List.of(ID)),
        true));
  }

  @Test
  void wishesAndTheirAnswersTravel() {
    var replyTo = KIT.createTestProbe(GroupScheduler.ClientReply.class).getRef();
    travels(new GroupScheduler.Create(NAMELESS, replyTo));
    travels(new GroupScheduler.Remove(ID, replyTo));
    travels(new GroupScheduler.FindByName("trainers", replyTo));
    travels(new GroupScheduler.Find(ID, replyTo));
    travels(new GroupScheduler.Accepted());
    travels(new GroupScheduler.NameTaken(NAMED));
    travels(new GroupScheduler.NameUnknown());
    travels(new GroupScheduler.GroupFound(new GroupStatus(VERSION, MAP, true, true, "")));
    travels(new GroupScheduler.GroupEnded(ID, ENDING));
  }
}
