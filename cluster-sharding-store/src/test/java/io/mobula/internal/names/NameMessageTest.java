package io.mobula.internal.names;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.ConfigFactory;
import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.internal.directory.AlteredMessages;
import io.mobula.internal.names.NameMessage.NameEntry;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every message survives serialization to another process. */
class NameMessageTest {
  private static final ActorTestKit KIT = ActorTestKit.create(
      "mobula",
      ConfigFactory.parseString("akka.actor.provider = local").withFallback(ConfigFactory.load()));
  private static final NameEntry ENTRY =
      new NameEntry("hits", new ActorId(-5, 7), new NodeId(-5), new byte[] {1, 2, 3});

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private static <T> T travelled(T message) {
    return KIT.serializationTestKit().verifySerialization(message, false);
  }

  private static void same(NameEntry actual) {
    assertThat(actual).usingRecursiveComparison().isEqualTo(ENTRY);
  }

  @Test
  void questionsAndAnswers() {
    var keeper = KIT.createTestProbe(NameMessage.ToRegistrar.class).getRef();
    var lookup = travelled(new NameMessage.Lookup(4, "hits", ENTRY, keeper));
    assertThat(lookup.requestId()).isEqualTo(4);
    assertThat(lookup.replyTo()).isEqualTo(keeper);
    same(lookup.claim());
    assertThat(travelled(new NameMessage.Lookup(4, "hits", null, keeper)).claim())
        .isNull();
    same(travelled(new NameMessage.LookupReply(4, ENTRY)).holder());
    assertThat(travelled(new NameMessage.LookupReply(4, null)).holder()).isNull();
    same(travelled(new NameMessage.RegisterKeeper(4, ENTRY, keeper)).entry());
    var release = new NameMessage.Release(4, "hits", ENTRY.actor(), keeper);
    assertThat(travelled(release)).isEqualTo(release);
    assertThat(travelled(new NameMessage.Done(4))).isEqualTo(new NameMessage.Done(4));
  }

  @Tag("fuzz")
  @Test
  void alteredOnesMakeNoTableFail() {
    var keeper = KIT.createTestProbe(NameMessage.ToRegistrar.class).getRef();
    var shard = KIT.createTestProbe(NameMessage.ToShard.class).getRef();
    var all = List.of(
        new NameMessage.Lookup(4, "hits", ENTRY, keeper),
        new NameMessage.LookupReply(4, ENTRY),
        new NameMessage.RegisterKeeper(4, ENTRY, keeper),
        new NameMessage.Release(4, "hits", ENTRY.actor(), keeper),
        new NameMessage.RequestReport(3, shard),
        new NameMessage.NameReport(new NodeId(9), 1, 0, 1, List.of(ENTRY), List.of(ENTRY)));
    var table = new NameTable();
    AlteredMessages.search("messages about names", KIT.system(), all, message -> {
      switch ((NameMessage) message) {
        case NameMessage.Lookup(var _, var name, var claim, var _) -> {
          var _ = claim == null ? table.find(name) : table.claim(claim);
        }
        case NameMessage.RegisterKeeper register -> table.registerKeeper(register.entry());
        case NameMessage.Release release -> table.release(release.name(), release.actor());
        case NameMessage.NameReport report -> report.registered().forEach(table::registerKeeper);
        default -> {}
      }
      table.left(ENTRY.keeper());
      table.left(new NodeId(9));
    });
  }

  @Test
  void whatAShardAsksWhenItStarts() {
    var shard = KIT.createTestProbe(NameMessage.ToShard.class).getRef();
    var request = new NameMessage.RequestReport(3, shard);
    assertThat(travelled(request)).isEqualTo(request);
    var report = travelled(
        new NameMessage.NameReport(new NodeId(9), 1, 0, 1, List.of(ENTRY), List.of(ENTRY, ENTRY)));
    assertThat(report.node()).isEqualTo(new NodeId(9));
    same(report.registered().getFirst());
    assertThat(report.claimed()).hasSize(2);
  }
}
