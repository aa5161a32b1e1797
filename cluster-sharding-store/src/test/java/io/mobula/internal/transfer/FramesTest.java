package io.mobula.internal.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ObjectId;
import io.mobula.spi.TransferSettings.Limits;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class FramesTest {
  private static final Frames.Ask ASK = new Frames.Ask(
      3, -5, new ObjectId(Long.MIN_VALUE, 8, 9), 2, 1L << 40, 1000, 2000, "aeron:10.0.0.1:4410");

  private final CRC32C crc = new CRC32C();

  @Test
  void anAskIsReadAsItWasWritten() {
    for (var buffer : new UnsafeBuffer[] {onHeap(), direct()}) {
      int length = Frames.askLength(ASK);
      Frames.ask(buffer, 8, ASK, crc);

      assertThat(Frames.check(buffer, 8, length, crc)).isEqualTo(Frames.Found.RIGHT);
      assertThat(Frames.type(buffer, 8)).isEqualTo(Frames.ASK);
      assertThat(Frames.readAsk(buffer, 8, length)).isEqualTo(ASK);
    }
  }

  @Test
  void aChunkIsCopiedFromPlaceToPlace() {
    try (var arena = Arena.ofConfined()) {
      var object = arena.allocate(3000);
      SampleObjects.fill(object, 1);
      var target = arena.allocate(3000);
      for (var buffer : new UnsafeBuffer[] {onHeap(), direct()}) {
        Frames.chunk(buffer, 16, 65535, 77, object, 1000, 500, crc);
        int length = Frames.CHUNK_HEADER + 500;

        assertThat(Frames.check(buffer, 16, length, crc)).isEqualTo(Frames.Found.RIGHT);
        assertThat(Frames.source(buffer, 16)).isEqualTo(65535);
        assertThat(Frames.pull(buffer, 16)).isEqualTo(77);
        assertThat(Frames.chunkFrom(buffer, 16)).isEqualTo(1000);
        Frames.copyChunk(buffer, 16, length, target);
        assertThat(target.asSlice(1000, 500).mismatch(object.asSlice(1000, 500)))
            .isEqualTo(-1);
        target.fill((byte) 0);
      }
    }
  }

  @Test
  void aRefusalIsReadAsItWasWritten() {
    var buffer = onHeap();
    String text = "it does not have attempt 3, only ä";
    Frames.refused(buffer, 0, 1, 2, Frames.Refusal.BUSY, text, crc);
    int length = Frames.refusedLength(text);

    assertThat(Frames.check(buffer, 0, length, crc)).isEqualTo(Frames.Found.RIGHT);
    assertThat(Frames.refusal(buffer, 0, length)).isEqualTo(Frames.Refusal.BUSY);
    assertThat(Frames.refusalText(buffer, 0, length)).isEqualTo(text);
  }

  @Test
  void everyFlippedBitIsNoticed() {
    var buffer = onHeap();
    int length = Frames.askLength(ASK);
    Frames.ask(buffer, 0, ASK, crc);
    for (int bit = 0; bit < length * 8; bit++) {
      buffer.putByte(bit / 8, (byte) (buffer.getByte(bit / 8) ^ 1 << bit % 8));
      assertThat(Frames.check(buffer, 0, length, crc))
          .as("bit %d", bit)
          .isNotEqualTo(Frames.Found.RIGHT);
      buffer.putByte(bit / 8, (byte) (buffer.getByte(bit / 8) ^ 1 << bit % 8));
    }
  }

  @Test
  void anotherVersionIsForeign() {
    var buffer = onHeap();
    Frames.end(buffer, 0, 1, 2, crc);
    buffer.putByte(4, (byte) 2);

    assertThat(Frames.check(buffer, 0, Frames.endLength(), crc)).isEqualTo(Frames.Found.FOREIGN);
    assertThat(Frames.check(buffer, 0, 15, crc)).isEqualTo(Frames.Found.FOREIGN);
  }

  @Test
  void requestsForWhatCannotBeAreRefused() {
    var id = new ObjectId(1, 1, 0);
    assertThatThrownBy(() -> new Frames.Ask(0, 1, id, 0, 10, 5, 11, "x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("5 to 11 of 10");
    assertThatThrownBy(() -> new Frames.Ask(0, 1, id, 0, 10, -1, 5, "x"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aDeskSurvivesWhateverComes() {
    var sent = new int[1];
    var desk = new TransferDesk(
        new Carrier() {
          @Override
          public String replyTo(String endpoint) {
            return "test:";
          }

          @Override
          public int maxFrame(String endpoint) {
            return 1024;
          }

          @Override
          public Sent send(String endpoint, int length, Filler filler) {
            filler.fill(new UnsafeBuffer(new byte[length]), 0);
            sent[0]++;
            return Sent.YES;
          }

          @Override
          public void forget(String endpoint) {}
        },
        SampleObjects.NONE,
        Limits.USUAL);
    for (long seed = 1; seed <= 20_000; seed++) {
      var random = new Random(seed);
      byte[] bytes = new byte[random.nextInt(120)];
      random.nextBytes(bytes);
      var buffer = new UnsafeBuffer(bytes);
      if (bytes.length >= 16) {
        sealed(buffer, bytes.length, (byte) random.nextInt(6));
      }
      desk.onFrame(buffer, 0, bytes.length, seed);
      desk.work(seed);
    }
    Frames.ask(onHeapShared, 0, ASK, crc);
    desk.onFrame(onHeapShared, 0, Frames.askLength(ASK), 20_001);
    assertThat(sent[0]).as("refusals").isPositive();
    assertThat(desk.isBusy()).isFalse();
  }

  private final UnsafeBuffer onHeapShared = onHeap();

  /** A frame of a known version and right checksum whose content is any. */
  private void sealed(UnsafeBuffer buffer, int length, byte type) {
    buffer.putByte(4, Frames.VERSION);
    buffer.putByte(5, type);
    crc.reset();
    crc.update(buffer.byteArray(), 4, length - 4);
    buffer.putInt(0, (int) crc.getValue(), java.nio.ByteOrder.LITTLE_ENDIAN);
  }

  private static UnsafeBuffer onHeap() {
    return new UnsafeBuffer(new byte[2048], 100, 1900);
  }

  private static UnsafeBuffer direct() {
    return new UnsafeBuffer(ByteBuffer.allocateDirect(2048), 64, 1900);
  }
}
