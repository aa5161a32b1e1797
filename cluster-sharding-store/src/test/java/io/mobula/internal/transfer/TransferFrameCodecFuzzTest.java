package io.mobula.internal.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.mobula.ObjectId;
import io.mobula.internal.memory.MappedChecksum;
import io.mobula.testkit.fault.ByteFuzzer;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Altered frames between hosts, each with a right checksum. */
@Tag("fuzz")
class TransferFrameCodecFuzzTest {
  private final MappedChecksum crc = new MappedChecksum();

  @Test
  void frames() throws Exception {
    var rangeRequest = new TransferFrameCodec.RangeRequest(
        3, 17, new ObjectId(1, 2, 3), 1, 1000, 10, 20, "aeron:udp?endpoint=x");
    var asking = new UnsafeBuffer(new byte[TransferFrameCodec.askLength(rangeRequest)]);
    TransferFrameCodec.writeRequest(asking, 0, rangeRequest, crc);
    ByteFuzzer.fuzz("requests for ranges", List.of(asking.byteArray()), this::readOrRefuse);
    var refusing = new UnsafeBuffer(new byte[TransferFrameCodec.refusedLength("it is gone")]);
    TransferFrameCodec.writeRefusal(
        refusing, 0, 3, 17, TransferFrameCodec.Refusal.GONE, "it is gone", crc);
    ByteFuzzer.fuzz("refusals", List.of(refusing.byteArray()), this::readOrRefuse);
    var chunk = new UnsafeBuffer(new byte[TransferFrameCodec.CHUNK_HEADER + 100]);
    TransferFrameCodec.writeChunk(
        chunk, 0, 3, 17, MemorySegment.ofArray(new byte[100]), 0, 100, crc);
    ByteFuzzer.fuzz("chunks", List.of(chunk.byteArray()), this::readOrRefuse);
  }

  private void readOrRefuse(byte[] bytes) {
    var buffer = new UnsafeBuffer(bytes);
    if (bytes.length >= Integer.BYTES) {
      crc.reset();
      crc.update(buffer, Integer.BYTES, bytes.length - Integer.BYTES);
      buffer.putInt(0, crc.value(), java.nio.ByteOrder.LITTLE_ENDIAN);
    }
    if (TransferFrameCodec.check(buffer, 0, bytes.length, crc)
        != TransferFrameCodec.FrameCheck.VALID) {
      return;
    }
    try {
      switch (TransferFrameCodec.type(buffer, 0)) {
        case TransferFrameCodec.REQUEST -> {
          var rangeRequest = TransferFrameCodec.readRequest(buffer, 0, bytes.length);
          assertThat(rangeRequest.from()).isBetween(0L, rangeRequest.to() - 1);
          assertThat(rangeRequest.to()).isLessThanOrEqualTo(rangeRequest.bytes());
        }
        case TransferFrameCodec.REFUSAL -> {
          assertThat(TransferFrameCodec.refusal(buffer, 0, bytes.length)).isNotNull();
          assertThat(TransferFrameCodec.refusalText(buffer, 0, bytes.length))
              .hasSizeLessThanOrEqualTo(512);
        }
        default ->
          assertThatCode(() -> TransferFrameCodec.pull(buffer, 0)).doesNotThrowAnyException();
      }
    } catch (IllegalArgumentException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }
}
