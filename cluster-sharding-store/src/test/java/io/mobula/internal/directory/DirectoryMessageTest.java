package io.mobula.internal.directory;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.ConfigFactory;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.directory.DirectoryMessage.Ack;
import io.mobula.internal.directory.DirectoryMessage.SnapshotRequest;
import io.mobula.internal.directory.ObjectStatement.Extras;
import io.mobula.internal.directory.ObjectStatement.Hold;
import io.mobula.internal.directory.ObjectStatement.LocalState;
import io.mobula.spi.Lineage;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every message of the directory survives Jackson CBOR unchanged. */
class DirectoryMessageTest {
  private static final NodeId NODE = new NodeId(-77);
  private static final ObjectId ID = new ObjectId(Long.MIN_VALUE, 3, 1);
  private static final SnapshotRequest REQUEST = new SnapshotRequest(3, -9, 4);

  private static ObjectStatement unit(Extras extras) {
    return new ObjectStatement(
        ID,
        9,
        new Hold(7, true),
        new LocalState(new ObjectStatement.Copy(2, 1L << 40, true), 1, true, 3),
        extras);
  }

  static List<DirectoryMessage> messages() {
    var facts = new Extras(
        List.of(new ObjectStatement.RelayedHold(NODE, new Hold(5, false))),
        new ObjectStatement.Outcome(
            2, ObjectStatement.Outcome.Kind.VALUE, new byte[] {1, -1}, List.of(ID)),
        new Lineage(new byte[] {4}, List.of(ID)),
        "an actor has returned it",
        List.of(new ObjectStatement.TransitHold(-1, 100)),
        List.of(Long.MAX_VALUE));
    var node = Participant.node(NODE);
    return List.of(
        new DirectoryMessage.Batch(
            node, NODE.incarnation(), -5, 8, List.of(unit(facts), unit(Extras.NOTHING))),
        new DirectoryMessage.Snapshot(
            Participant.shard(2), -1, REQUEST, 2, 12, 0, 1, List.of(unit(facts))),
        new DirectoryMessage.Digest(node, 1, 2, 3, 4, -5),
        new DirectoryMessage.Locate(NODE, ID, 3),
        new DirectoryMessage.RequestReconstruction(NODE, ID, 2),
        new Ack(1, -2, List.of(new Ack.AckedVersion(ID, 3))),
        REQUEST,
        new DirectoryMessage.Free(1, 2, ID, 3),
        new DirectoryMessage.Refused(1, 2, ID, 3, 4),
        new DirectoryMessage.Keep(1, 2, ID, facts.outcome(), facts.lineage(), "put there"),
        new DirectoryMessage.Keep(1, 2, ID, null, null, null),
        new DirectoryMessage.QueryReceived(3, ID, List.of(NODE)),
        new DirectoryMessage.LocateReply(ID, 1, List.of(NODE), 5, null, null),
        new DirectoryMessage.LocateReply(
            ID, 0, List.of(), 0, null, new DirectoryMessage.LocateReply.Loss("why", true)),
        new DirectoryMessage.ReconstructionDecision(
            1,
            2,
            ID,
            DirectoryMessage.ReconstructionDecision.Verdict.GRANTED,
            3,
            new byte[] {9},
            NODE,
            "reason"));
  }

  @Test
  void everyMessageComesOutAsItWentIn() {
    var kit = ActorTestKit.create(
        ConfigFactory.parseString(
            "akka.actor.serialization-bindings { \"io.mobula.internal.cluster.ControlMessage\" = jackson-cbor }"));
    try {
      for (var message : messages()) {
        var back = kit.serializationTestKit().verifySerialization(message, false);
        assertThat(back).usingRecursiveComparison().isEqualTo(message);
      }
    } finally {
      kit.shutdownTestKit();
    }
  }
}
