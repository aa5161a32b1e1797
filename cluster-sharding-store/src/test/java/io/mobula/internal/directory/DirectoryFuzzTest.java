package io.mobula.internal.directory;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.ConfigFactory;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.spi.DirectoryListener;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Altered messages of the directory: none of them makes a shard or a node's state fail. */
@Tag("fuzz")
class DirectoryFuzzTest {
  private static final ActorTestKit KIT = ActorTestKit.create(
      ConfigFactory.parseString(
          "akka.actor.serialization-bindings { \"io.mobula.internal.cluster.ControlMessage\" = jackson-cbor }"));
  private static final MessagingSettings PACE = new MessagingSettings(8, 4096, 8, 100, 1000);
  private static final ShardSettings RULES =
      new ShardSettings(new ShardMap(4), PACE, 10_000, 1 << 20);
  private static final NodeId NODE = new NodeId(-77);
  private static final int RENEWED_AFTER = 500;

  private DirectoryShard shard = shard();
  private LocalDirectoryState table = table();
  private int handled;

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  private static DirectoryShard shard() {
    return new DirectoryShard(3, -9, NODE, RULES, List.of(NODE), 0, (to, message) -> {});
  }

  private static LocalDirectoryState table() {
    var table = new LocalDirectoryState(NODE, RULES.map(), PACE, new DirectoryListener() {
      @Override
      public void freed(ObjectId id) {}

      @Override
      public void refused(ObjectId id, int attempt, int accepted) {}
    });
    table.statements().hold(new ObjectId(Long.MIN_VALUE, 3, 1));
    return table;
  }

  @Test
  void whatShardsAndNodesAreToldMakesThemFailByNoAlteration() {
    AlteredMessages.search(
        "messages of the directory", KIT.system(), DirectoryMessageTest.messages(), this::handle);
  }

  private void handle(Object message) {
    // otherwise the state would grow as long as the search lasts
    if (++handled % RENEWED_AFTER == 0) {
      shard = shard();
      table = table();
    }
    if (message instanceof DirectoryMessage.ToShard said) {
      shard.receive(said, handled);
      shard.tick(handled);
    }
    if (message instanceof DirectoryMessage.ToParticipant said) {
      table.receive(said, handled, (to, answer) -> {}).run();
      table.flush(handled, (to, answer) -> {});
    }
  }
}
