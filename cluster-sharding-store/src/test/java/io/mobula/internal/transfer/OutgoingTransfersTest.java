package io.mobula.internal.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ObjectId;
import io.mobula.spi.ObjectSource;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Frames that a node sends in answer to requests. */
class OutgoingTransfersTest {
  private static final ObjectId ID = new ObjectId(7, 1, 0);
  private static final int BYTES = 10_000;
  private static final String OVER_AERON = "aeron:127.0.0.1:4000";
  private static final String OVER_AKKA = "akka://mobula@127.0.0.1:25520/system/transfer#1";

  private final CapturingTransport carrier = new CapturingTransport();
  private final AtomicInteger open = new AtomicInteger();

  @Test
  void aLateRequestOverAeronDoesNotEndWhatHasGoneOverToAkka() {
    var outgoing = servings(this::opened);
    outgoing.onRequest(ask(1, OVER_AERON), 0);
    outgoing.onRequest(ask(1, OVER_AKKA), 0);
    outgoing.onRequest(ask(1, OVER_AERON), 0);

    workUntilQuiet(outgoing);

    assertThat(carrier.sentTo).isNotEmpty().containsOnly(OVER_AKKA);
    assertThat(open).hasValue(1);
    outgoing.close();
    assertThat(open).hasValue(0);
  }

  @Test
  void aPageThatIsNotThereEndsOneReaderAlone() {
    var outgoing =
        servings((id, attempt) -> attempt == 0 ? new UnreadableObject() : opened(id, attempt));
    outgoing.onRequest(ask(1, 0, "aeron:127.0.0.1:4001"), 0);
    outgoing.onRequest(ask(2, 1, OVER_AERON), 0);

    workUntilQuiet(outgoing);

    assertThat(carrier.sentTo).isNotEmpty().containsOnly(OVER_AERON);
    outgoing.onEnd(2);
    assertThat(open).hasValue(0);
    assertThat(outgoing.isBusy()).isFalse();
  }

  private OutgoingTransfers servings(ObjectSource source) {
    return new OutgoingTransfers(source, carrier, new ControlFrameQueue(carrier), 10);
  }

  private static void workUntilQuiet(OutgoingTransfers outgoing) {
    for (int i = 0; i < 100; i++) {
      int _ = outgoing.work(0);
    }
  }

  private static TransferFrameCodec.RangeRequest ask(long pull, String replyTo) {
    return ask(pull, 1, replyTo);
  }

  private static TransferFrameCodec.RangeRequest ask(long pull, int attempt, String replyTo) {
    return new TransferFrameCodec.RangeRequest(0, pull, ID, attempt, BYTES, 0, BYTES, replyTo);
  }

  private ObjectSource.OpenObject opened(ObjectId id, int attempt) {
    open.incrementAndGet();
    return new ObjectSource.OpenObject() {
      @Override
      public MemorySegment bytes() {
        return MemorySegment.ofArray(new byte[BYTES]);
      }

      @Override
      public void close() {
        open.decrementAndGet();
      }
    };
  }

  /** Object whose size can be read, and nothing else. */
  private final class UnreadableObject implements ObjectSource.OpenObject {
    private boolean isMeasured;

    UnreadableObject() {
      open.incrementAndGet();
    }

    @Override
    public MemorySegment bytes() {
      if (isMeasured) {
        throw new InternalError("a fault occurred in an unsafe memory access operation");
      }
      isMeasured = true;
      return MemorySegment.ofArray(new byte[BYTES]);
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }

  /** Transport that accepts every frame at once. */
  private static final class CapturingTransport implements FrameTransport {
    final List<String> sentTo = new ArrayList<>();

    @Override
    public String replyTo(String endpoint) {
      return "here";
    }

    @Override
    public int maxFrame(String endpoint) {
      return 4096;
    }

    @Override
    public SendResult send(String endpoint, int length, FrameEncoder encoder) {
      encoder.encode(new UnsafeBuffer(new byte[length]), 0);
      sentTo.add(endpoint);
      return SendResult.SENT;
    }

    @Override
    public void disconnect(String endpoint) {}
  }
}
