package io.mobula.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import io.mobula.error.CodecException;
import io.mobula.info.PeerChannelInfo;
import io.mobula.internal.ring.FrameAssembler;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Frames that do not fit into one Artery message. */
@Timeout(60)
class LargeFramesTest {
  private static final ActorTestKit KIT = ActorTestKit.create();

  private final BlockingQueue<byte[]> atOne = new LinkedBlockingQueue<>();
  private final BlockingQueue<byte[]> atTwo = new LinkedBlockingQueue<>();

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  private TransportPair pair(Predicate<FrameEnvelope> isLost) {
    var pair = new TransportPair(KIT, isLost);
    pair.open((from, frame) -> atOne.add(frame), (from, frame) -> atTwo.add(frame));
    return pair;
  }

  private static byte[] frame(Random random, int length) {
    var frame = new byte[length];
    random.nextBytes(frame);
    return frame;
  }

  private static byte[] next(BlockingQueue<byte[]> from) throws InterruptedException {
    return from.poll(30, TimeUnit.SECONDS);
  }

  @Test
  void framesOfAnySizeComeWholeAndInOrder() throws Exception {
    long seed = System.nanoTime();
    System.out.println("LargeFramesTest seed " + seed);
    var random = new Random(seed);
    var pair = pair(envelope -> false);
    var sizes = new int[] {
      1,
      SendWindow.PART - 1,
      SendWindow.PART,
      SendWindow.PART + 1,
      2 * SendWindow.PART,
      5_000_000,
      3,
      random.nextInt(1 << 20),
      20 << 20,
      0,
      7
    };
    var sent = new byte[sizes.length][];
    for (int i = 0; i < sizes.length; i++) {
      sent[i] = frame(random, sizes[i]);
      assertThat(pair.transportOfOne.send(pair.two.id(), sent[i])).isTrue();
    }
    assertThat(pair.transportOfTwo.send(pair.one.id(), frame(random, 9))).isTrue();
    for (var frame : sent) {
      assertThat(next(atTwo)).isEqualTo(frame);
    }
    assertThat(next(atOne)).as("the other direction").hasSize(9);
    assertThat(pair.transportOfTwo.traffic().getFirst().received())
        .as("parts are one frame")
        .isEqualTo(
            new PeerChannelInfo.FrameTotals(sizes.length, IntStream.of(sizes).sum()));
  }

  @Test
  void aPartThatIsLostComesAgainAndNothingStops() throws Exception {
    var lost = new AtomicBoolean();
    var pair = pair(envelope -> envelope.sequence() == 5 && lost.compareAndSet(false, true));
    var large = frame(new Random(1), 3_000_000);
    pair.transportOfOne.send(pair.two.id(), large);
    pair.transportOfOne.send(pair.two.id(), new byte[] {42});
    assertThat(next(atTwo)).isEqualTo(large);
    assertThat(next(atTwo)).isEqualTo(new byte[] {42});
    assertThat(lost).isTrue();
  }

  @Test
  void whatIsLargerThanAnyFrameIsRefusedByItsSenderAndOthersGoOn() throws Exception {
    var pair = pair(envelope -> false);
    var tooLarge = new byte[FrameAssembler.LARGEST_FRAME + 1];
    assertThatThrownBy(() -> pair.transportOfOne.send(pair.two.id(), tooLarge))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining(String.valueOf(tooLarge.length))
        .hasMessageContaining("Mobula.put");
    var writer = new FrameWriter();
    assertThatThrownBy(() -> writer.block(tooLarge)).isInstanceOf(CodecException.class);
    pair.transportOfOne.send(pair.two.id(), new byte[] {42});
    assertThat(next(atTwo)).isEqualTo(new byte[] {42});
  }

  @Test
  void aReceiverThatFailsLosesOneFrame() throws Exception {
    var pair = new TransportPair(KIT, envelope -> false);
    pair.open((from, frame) -> {}, (from, frame) -> {
      if (frame.length == 1) {
        throw new NoClassDefFoundError("what a handler may meet");
      }
      atTwo.add(frame);
    });
    pair.transportOfOne.send(pair.two.id(), new byte[1]);
    pair.transportOfOne.send(pair.two.id(), new byte[2]);
    assertThat(next(atTwo)).hasSize(2);
  }
}
