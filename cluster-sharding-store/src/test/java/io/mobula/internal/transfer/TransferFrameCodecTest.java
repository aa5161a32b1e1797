package io.mobula.internal.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ObjectId;
import io.mobula.internal.memory.MappedChecksum;
import io.mobula.spi.TransferSettings.TransferLimits;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class TransferFrameCodecTest {
  private static final TransferFrameCodec.RangeRequest ASK = new TransferFrameCodec.RangeRequest(
      3, -5, new ObjectId(Long.MIN_VALUE, 8, 9), 2, 1L << 40, 1000, 2000, "aeron:10.0.0.1:4410");

  private final MappedChecksum crc = new MappedChecksum();

  @Test
  void anAskIsReadAsItWasWritten() {
    for (var buffer : new UnsafeBuffer[] {onHeap(), direct()}) {
      int length = TransferFrameCodec.askLength(ASK);
      TransferFrameCodec.writeRequest(buffer, 8, ASK, crc);

      assertThat(TransferFrameCodec.check(buffer, 8, length, crc))
          .isEqualTo(TransferFrameCodec.FrameCheck.VALID);
      assertThat(TransferFrameCodec.type(buffer, 8)).isEqualTo(TransferFrameCodec.REQUEST);
      assertThat(TransferFrameCodec.readRequest(buffer, 8, length)).isEqualTo(ASK);
    }
  }

  @Test
  void aChunkIsCopiedFromPlaceToPlace() {
    try (var arena = Arena.ofConfined()) {
      var object = arena.allocate(3000);
      SampleObjects.fill(object, 1);
      var target = arena.allocate(3000);
      for (var buffer : new UnsafeBuffer[] {onHeap(), direct()}) {
        TransferFrameCodec.writeChunk(buffer, 16, 65535, 77, object, 1000, 500, crc);
        int length = TransferFrameCodec.CHUNK_HEADER + 500;

        assertThat(TransferFrameCodec.check(buffer, 16, length, crc))
            .isEqualTo(TransferFrameCodec.FrameCheck.VALID);
        assertThat(TransferFrameCodec.source(buffer, 16)).isEqualTo(65535);
        assertThat(TransferFrameCodec.pull(buffer, 16)).isEqualTo(77);
        assertThat(TransferFrameCodec.chunkFrom(buffer, 16)).isEqualTo(1000);
        TransferFrameCodec.copyChunk(buffer, 16, length, target);
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
    TransferFrameCodec.writeRefusal(buffer, 0, 1, 2, TransferFrameCodec.Refusal.BUSY, text, crc);
    int length = TransferFrameCodec.refusedLength(text);

    assertThat(TransferFrameCodec.check(buffer, 0, length, crc))
        .isEqualTo(TransferFrameCodec.FrameCheck.VALID);
    assertThat(TransferFrameCodec.refusal(buffer, 0, length))
        .isEqualTo(TransferFrameCodec.Refusal.BUSY);
    assertThat(TransferFrameCodec.refusalText(buffer, 0, length)).isEqualTo(text);
  }

  @Test
  void everyFlippedBitIsNoticed() {
    var buffer = onHeap();
    int length = TransferFrameCodec.askLength(ASK);
    TransferFrameCodec.writeRequest(buffer, 0, ASK, crc);
    for (int bit = 0; bit < length * 8; bit++) {
      buffer.putByte(bit / 8, (byte) (buffer.getByte(bit / 8) ^ 1 << bit % 8));
      assertThat(TransferFrameCodec.check(buffer, 0, length, crc))
          .as("bit %d", bit)
          .isNotEqualTo(TransferFrameCodec.FrameCheck.VALID);
      buffer.putByte(bit / 8, (byte) (buffer.getByte(bit / 8) ^ 1 << bit % 8));
    }
  }

  @Test
  void anotherVersionIsForeign() {
    var buffer = onHeap();
    TransferFrameCodec.writeEnd(buffer, 0, 1, 2, crc);
    buffer.putByte(4, (byte) 2);

    assertThat(TransferFrameCodec.check(buffer, 0, TransferFrameCodec.endLength(), crc))
        .isEqualTo(TransferFrameCodec.FrameCheck.FOREIGN);
    assertThat(TransferFrameCodec.check(buffer, 0, 15, crc))
        .isEqualTo(TransferFrameCodec.FrameCheck.FOREIGN);
  }

  @Test
  void requestsForWhatCannotBeAreRefused() {
    var id = new ObjectId(1, 1, 0);
    assertThatThrownBy(() -> new TransferFrameCodec.RangeRequest(0, 1, id, 0, 10, 5, 11, "x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("5 to 11 of 10");
    assertThatThrownBy(() -> new TransferFrameCodec.RangeRequest(0, 1, id, 0, 10, -1, 5, "x"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aDeskSurvivesWhateverComes() {
    var sent = new int[1];
    var desk = new TransferEngine(
        new FrameTransport() {
          @Override
          public String replyTo(String endpoint) {
            return "test:";
          }

          @Override
          public int maxFrame(String endpoint) {
            return 1024;
          }

          @Override
          public SendResult send(String endpoint, int length, FrameEncoder encoder) {
            encoder.encode(new UnsafeBuffer(new byte[length]), 0);
            sent[0]++;
            return SendResult.SENT;
          }

          @Override
          public void disconnect(String endpoint) {}
        },
        SampleObjects.NONE,
        TransferLimits.DEFAULT);
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
    TransferFrameCodec.writeRequest(onHeapShared, 0, ASK, crc);
    desk.onFrame(onHeapShared, 0, TransferFrameCodec.askLength(ASK), 20_001);
    assertThat(sent[0]).as("refusals").isPositive();
    assertThat(desk.isBusy()).isFalse();
  }

  private final UnsafeBuffer onHeapShared = onHeap();

  /** Gives a frame with arbitrary content a known version and a right checksum. */
  private void sealed(UnsafeBuffer buffer, int length, byte type) {
    buffer.putByte(4, TransferFrameCodec.VERSION);
    buffer.putByte(5, type);
    crc.reset();
    crc.update(buffer, 4, length - 4);
    buffer.putInt(0, crc.value(), java.nio.ByteOrder.LITTLE_ENDIAN);
  }

  private static UnsafeBuffer onHeap() {
    return new UnsafeBuffer(new byte[2048], 100, 1900);
  }

  private static UnsafeBuffer direct() {
    return new UnsafeBuffer(ByteBuffer.allocateDirect(2048), 64, 1900);
  }
}
