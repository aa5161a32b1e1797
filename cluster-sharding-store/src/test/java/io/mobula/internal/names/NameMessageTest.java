package io.mobula.internal.names;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.ConfigFactory;
import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.internal.directory.AlteredMessages;
import io.mobula.internal.names.NameMessage.Entry;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every message survives the way to another process. */
class NameMessageTest {
  private static final ActorTestKit KIT = ActorTestKit.create(
      "mobula",
      ConfigFactory.parseString("akka.actor.provider = local").withFallback(ConfigFactory.load()));
  private static final Entry ENTRY =
      new Entry("hits", new ActorId(-5, 7), new NodeId(-5), new byte[] {1, 2, 3});

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private static <T> T travelled(T message) {
    return KIT.serializationTestKit().verifySerialization(message, false);
  }

  private static void same(Entry actual) {
    assertThat(actual).usingRecursiveComparison().isEqualTo(ENTRY);
  }

  @Test
  void questionsAndAnswers() {
    var keeper = KIT.createTestProbe(NameMessage.ToKeeper.class).getRef();
    var ask = travelled(new NameMessage.Ask(4, "hits", ENTRY, keeper));
    assertThat(ask.question()).isEqualTo(4);
    assertThat(ask.replyTo()).isEqualTo(keeper);
    same(ask.claim());
    assertThat(travelled(new NameMessage.Ask(4, "hits", null, keeper)).claim()).isNull();
    same(travelled(new NameMessage.Answer(4, ENTRY)).holder());
    assertThat(travelled(new NameMessage.Answer(4, null)).holder()).isNull();
    same(travelled(new NameMessage.Keep(4, ENTRY, keeper)).entry());
    var release = new NameMessage.Release(4, "hits", ENTRY.actor(), keeper);
    assertThat(travelled(release)).isEqualTo(release);
    assertThat(travelled(new NameMessage.Noted(4))).isEqualTo(new NameMessage.Noted(4));
  }

  @Tag("fuzz")
  @Test
  void alteredOnesMakeNoTableFail() {
    var keeper = KIT.createTestProbe(NameMessage.ToKeeper.class).getRef();
    var shard = KIT.createTestProbe(NameMessage.ToShard.class).getRef();
    var all = List.of(
        new NameMessage.Ask(4, "hits", ENTRY, keeper),
        new NameMessage.Answer(4, ENTRY),
        new NameMessage.Keep(4, ENTRY, keeper),
        new NameMessage.Release(4, "hits", ENTRY.actor(), keeper),
        new NameMessage.Tell(3, shard),
        new NameMessage.Told(new NodeId(9), 1, 0, 1, List.of(ENTRY), List.of(ENTRY)));
    var table = new NameTable();
    AlteredMessages.search("messages about names", KIT.system(), all, message -> {
      switch ((NameMessage) message) {
        case NameMessage.Ask(var _, var name, var claim, var _) -> {
          var _ = claim == null ? table.find(name) : table.claim(claim);
        }
        case NameMessage.Keep keep -> table.stand(keep.entry());
        case NameMessage.Release release -> table.release(release.name(), release.actor());
        case NameMessage.Told told -> told.kept().forEach(table::stand);
        default -> {}
      }
      table.left(ENTRY.keeper());
      table.left(new NodeId(9));
    });
  }

  @Test
  void whatAShardAsksWhenItStarts() {
    var shard = KIT.createTestProbe(NameMessage.ToShard.class).getRef();
    var tell = new NameMessage.Tell(3, shard);
    assertThat(travelled(tell)).isEqualTo(tell);
    var told = travelled(
        new NameMessage.Told(new NodeId(9), 1, 0, 1, List.of(ENTRY), List.of(ENTRY, ENTRY)));
    assertThat(told.node()).isEqualTo(new NodeId(9));
    same(told.kept().getFirst());
    assertThat(told.claimed()).hasSize(2);
  }
}
