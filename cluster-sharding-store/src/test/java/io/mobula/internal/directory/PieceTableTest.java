package io.mobula.internal.directory;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.ConfigFactory;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.directory.DirectoryMessage.Batch;
import io.mobula.internal.directory.DirectoryMessage.Piece;
import io.mobula.internal.directory.Unit.Besides;
import io.mobula.internal.directory.Unit.Claim;
import io.mobula.internal.directory.Unit.Hold;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Messages that are cut, and joined from what arrives. */
class PieceTableTest {
  private static final ActorTestKit KIT = ActorTestKit.create(
      ConfigFactory.parseString(
          "akka.actor.serialization-bindings { \"io.mobula.internal.cluster.ControlMessage\" = jackson-cbor }"));
  private static final NodeId NODE = new NodeId(7);
  private static final Participant FROM = Participant.node(NODE);
  private static final int ARTERY = 256 << 10;

  private final MessageCutter cutter = new MessageCutter(KIT.system(), FROM, 7);
  private final PieceTable table = new PieceTable(KIT.system());

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  /** What is said of a value with so many refs inside. */
  private static Batch batch(int refs) {
    var contains = IntStream.range(0, refs)
        .mapToObj(i -> new ObjectId(Long.MIN_VALUE + i, Long.MAX_VALUE - i, Integer.MAX_VALUE - i))
        .toList();
    var outcome = new Unit.Outcome(1, Unit.Outcome.Kind.SEALED, new byte[0], contains);
    var unit = new Unit(
        new ObjectId(1, 2, 3),
        9,
        new Hold(7, true),
        Claim.NOTHING,
        new Besides(List.of(), outcome, null, null, List.of(), List.of()));
    return new Batch(FROM, 7, 1, 2, List.of(unit));
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
      if (MessageCutter.isLarge(message)) {
        assertThat(cutter.cut(message))
            .allSatisfy(
                piece -> assertThat(size(piece)).as("a piece of %s refs", refs).isLessThan(ARTERY));
      } else {
        assertThat(size(message)).as("%s refs", refs).isLessThan(ARTERY);
      }
    }
    assertThat(MessageCutter.isLarge(batch(100))).isFalse();
    assertThat(MessageCutter.isLarge(batch(40_000))).isTrue();
  }

  private DirectoryMessage join(List<Piece> pieces) {
    DirectoryMessage whole = null;
    for (var piece : pieces) {
      assertThat(whole).isNull();
      whole = table.add(piece, 0);
    }
    return whole;
  }

  @Test
  void theLastPieceBringsTheWhole() {
    var message = batch(20_000);
    assertThat(bytes(join(cutter.cut(message)))).isEqualTo(bytes(message));
    assertThat(table.size()).isZero();
  }

  @Test
  void aMessageThatHasLostAPieceGivesWayToTheNext() {
    var message = batch(20_000);
    var first = cutter.cut(message);
    for (var piece : first.subList(1, first.size())) {
      assertThat(table.add(piece, 0)).isNull();
    }
    assertThat(join(cutter.cut(message))).isNotNull();
    assertThat(table.add(first.getFirst(), 0)).as("a late piece alone").isNull();
    assertThat(table.size()).isLessThanOrEqualTo(1);
  }

  @Test
  void aPieceThatComesTwiceCountsOnce() {
    var pieces = cutter.cut(batch(20_000));
    table.add(pieces.getFirst(), 0);
    assertThat(join(pieces)).isNotNull();
  }

  @Test
  void whatGetsNoPieceForLongIsDropped() {
    var other = new MessageCutter(KIT.system(), Participant.shard(3), 8);
    table.add(other.cut(batch(20_000)).getFirst(), 0);
    table.add(cutter.cut(batch(20_000)).getFirst(), PieceTable.PATIENCE_MILLIS);
    assertThat(table.size()).isEqualTo(1);
  }

  @Test
  void piecesThatMakeNoSenseAreDropped() {
    var sound = cutter.cut(batch(20_000)).getFirst();
    for (var odd : List.of(
        with(sound, -1, 2), with(sound, 2, 2), with(sound, 0, 0), with(sound, 0, 1 << 20))) {
      assertThat(table.add(odd, 0)).isNull();
    }
    assertThat(table.size()).isZero();
  }

  /** It would have ended the actor of the shard, and all that it knew with it. */
  @Test
  void bytesThatAreNoMessageAreDroppedAndTheNextOneIsRead() {
    var pieces = cutter.cut(batch(20_000));
    var broken = pieces.getLast().bytes().clone();
    Arrays.fill(broken, (byte) -1);
    for (var piece : pieces.subList(0, pieces.size() - 1)) {
      table.add(piece, 0);
    }
    assertThat(table.add(with(pieces.getLast(), broken), 0)).isNull();
    assertThat(table.size()).isZero();
    assertThat(join(cutter.cut(batch(20_000)))).isNotNull();
  }

  @Test
  void aPieceThatIsLargerThanAnyIsDropped() {
    var pieces = cutter.cut(batch(20_000));
    assertThat(table.add(with(pieces.getFirst(), new byte[MessageCutter.PIECE + 1]), 0))
        .isNull();
    assertThat(table.size()).isZero();
  }

  private static Piece with(Piece piece, byte[] bytes) {
    return new Piece(
        piece.from(),
        piece.incarnation(),
        piece.serial(),
        piece.part(),
        piece.parts(),
        piece.serializer(),
        piece.manifest(),
        bytes);
  }

  private static Piece with(Piece piece, int part, int parts) {
    return new Piece(
        piece.from(),
        piece.incarnation(),
        piece.serial(),
        part,
        parts,
        piece.serializer(),
        piece.manifest(),
        piece.bytes());
  }
}
