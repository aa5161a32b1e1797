package io.mobula.internal.directory;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.ConfigFactory;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.directory.DirectoryMessage.Batch;
import io.mobula.internal.directory.DirectoryMessage.MessageFragment;
import io.mobula.internal.directory.ObjectStatement.Extras;
import io.mobula.internal.directory.ObjectStatement.Hold;
import io.mobula.internal.directory.ObjectStatement.LocalState;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Messages that are split into fragments, and joined from the fragments that arrive. */
class MessageReassemblerTest {
  private static final ActorTestKit KIT = ActorTestKit.create(
      ConfigFactory.parseString(
          "akka.actor.serialization-bindings { \"io.mobula.internal.cluster.ControlMessage\" = jackson-cbor }"));
  private static final NodeId NODE = new NodeId(7);
  private static final Participant FROM = Participant.node(NODE);
  private static final int ARTERY = 256 << 10;

  private final MessageFragmenter cutter = new MessageFragmenter(KIT.system(), FROM, 7);
  private final MessageReassembler table = new MessageReassembler(KIT.system());

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  /** Returns the statement about a value with this many refs inside. */
  private static Batch batch(int refs) {
    var contains = IntStream.range(0, refs)
        .mapToObj(i -> new ObjectId(Long.MIN_VALUE + i, Long.MAX_VALUE - i, Integer.MAX_VALUE - i))
        .toList();
    var outcome =
        new ObjectStatement.Outcome(1, ObjectStatement.Outcome.Kind.SEALED, new byte[0], contains);
    var statement = new ObjectStatement(
        new ObjectId(1, 2, 3),
        9,
        new Hold(7, true),
        LocalState.NOTHING,
        new Extras(List.of(), outcome, null, null, List.of(), List.of()));
    return new Batch(FROM, 7, 1, 2, List.of(statement));
  }

  private static int size(Object message) {
    return bytes(message).length;
  }

  private static byte[] bytes(Object message) {
    var serialization =
        akka.serialization.SerializationExtension.get(KIT.system().classicSystem());
    return serialization.serialize(message).get();
  }

  @Test
  void whatIsNotCutFitsIntoAMessageAndSoDoesEveryPiece() {
    for (int refs : new int[] {0, 100, 1_000, 3_000, 4_000, 10_000, 100_000}) {
      var message = batch(refs);
      if (MessageFragmenter.isLarge(message)) {
        assertThat(cutter.fragment(message))
            .allSatisfy(fragment ->
                assertThat(size(fragment)).as("a piece of %s refs", refs).isLessThan(ARTERY));
      } else {
        assertThat(size(message)).as("%s refs", refs).isLessThan(ARTERY);
      }
    }
    assertThat(MessageFragmenter.isLarge(batch(100))).isFalse();
    assertThat(MessageFragmenter.isLarge(batch(40_000))).isTrue();
  }

  private DirectoryMessage join(List<MessageFragment> fragments) {
    DirectoryMessage whole = null;
    for (var fragment : fragments) {
      assertThat(whole).isNull();
      whole = table.add(fragment, 0);
    }
    return whole;
  }

  @Test
  void theLastPieceBringsTheWhole() {
    var message = batch(20_000);
    assertThat(bytes(join(cutter.fragment(message)))).isEqualTo(bytes(message));
    assertThat(table.size()).isZero();
  }

  @Test
  void aMessageThatHasLostAPieceGivesWayToTheNext() {
    var message = batch(20_000);
    var first = cutter.fragment(message);
    for (var fragment : first.subList(1, first.size())) {
      assertThat(table.add(fragment, 0)).isNull();
    }
    assertThat(join(cutter.fragment(message))).isNotNull();
    assertThat(table.add(first.getFirst(), 0)).as("a late piece alone").isNull();
    assertThat(table.size()).isLessThanOrEqualTo(1);
  }

  @Test
  void aPieceThatComesTwiceCountsOnce() {
    var fragments = cutter.fragment(batch(20_000));
    table.add(fragments.getFirst(), 0);
    assertThat(join(fragments)).isNotNull();
  }

  @Test
  void whatGetsNoPieceForLongIsDropped() {
    var other = new MessageFragmenter(KIT.system(), Participant.shard(3), 8);
    table.add(other.fragment(batch(20_000)).getFirst(), 0);
    table.add(cutter.fragment(batch(20_000)).getFirst(), MessageReassembler.TIMEOUT_MILLIS);
    assertThat(table.size()).isEqualTo(1);
  }

  @Test
  void piecesThatMakeNoSenseAreDropped() {
    var sound = cutter.fragment(batch(20_000)).getFirst();
    for (var odd : List.of(
        with(sound, -1, 2), with(sound, 2, 2), with(sound, 0, 0), with(sound, 0, 1 << 20))) {
      assertThat(table.add(odd, 0)).isNull();
    }
    assertThat(table.size()).isZero();
  }

  /** The failure would have ended the shard's actor, and lost all that it knew. */
  @Test
  void bytesThatAreNoMessageAreDroppedAndTheNextOneIsRead() {
    var fragments = cutter.fragment(batch(20_000));
    var broken = fragments.getLast().bytes().clone();
    Arrays.fill(broken, (byte) -1);
    for (var fragment : fragments.subList(0, fragments.size() - 1)) {
      table.add(fragment, 0);
    }
    assertThat(table.add(with(fragments.getLast(), broken), 0)).isNull();
    assertThat(table.size()).isZero();
    assertThat(join(cutter.fragment(batch(20_000)))).isNotNull();
  }

  @Test
  void aPieceThatIsLargerThanAnyIsDropped() {
    var fragments = cutter.fragment(batch(20_000));
    assertThat(table.add(
            with(fragments.getFirst(), new byte[MessageFragmenter.FRAGMENT_BYTES + 1]), 0))
        .isNull();
    assertThat(table.size()).isZero();
  }

  private static MessageFragment with(MessageFragment fragment, byte[] bytes) {
    return new MessageFragment(
        fragment.from(),
        fragment.incarnation(),
        fragment.serial(),
        fragment.part(),
        fragment.parts(),
        fragment.serializer(),
        fragment.manifest(),
        bytes);
  }

  private static MessageFragment with(MessageFragment fragment, int part, int parts) {
    return new MessageFragment(
        fragment.from(),
        fragment.incarnation(),
        fragment.serial(),
        part,
        parts,
        fragment.serializer(),
        fragment.manifest(),
        fragment.bytes());
  }
}
