package io.mobula.internal.transfer;

import java.time.Duration;
import java.util.ArrayDeque;

/**
 * Queue of small frames that have to be sent although there is no room or no connection yet:
 * refusals and ends of pulls. Bounded in number and time; a frame that is never sent only makes the
 * other side wait for its timeout. Belongs to the thread of its {@link TransferEngine}.
 */
final class ControlFrameQueue {
  private static final int MAX_FRAMES = 1024;
  private static final long RETRY_TIMEOUT = Duration.ofSeconds(5).toNanos();

  private record QueuedFrame(
      String endpoint, int length, FrameTransport.FrameEncoder filler, long deadline) {}

  private final FrameTransport transport;
  private final ArrayDeque<QueuedFrame> frames = new ArrayDeque<>();

  ControlFrameQueue(FrameTransport transport) {
    this.transport = transport;
  }

  /** Sends a frame now, or queues it for {@link #work}. */
  void send(String endpoint, int length, FrameTransport.FrameEncoder encoder, long now) {
    if (transport.send(endpoint, length, encoder) == FrameTransport.SendResult.BACK_PRESSURED) {
      if (frames.size() == MAX_FRAMES) {
        frames.removeFirst();
      }
      frames.addLast(new QueuedFrame(endpoint, length, encoder, now + RETRY_TIMEOUT));
    }
  }

  /** Tries to send each queued frame once. Returns how many were sent. */
  int work(long now) {
    int sent = 0;
    for (int i = frames.size(); i > 0; i--) {
      QueuedFrame frame = frames.removeFirst();
      if (now - frame.deadline > 0) {
        continue;
      }
      if (transport.send(frame.endpoint, frame.length, frame.filler)
          == FrameTransport.SendResult.BACK_PRESSURED) {
        frames.addLast(frame);
      } else {
        sent++;
      }
    }
    return sent;
  }

  boolean isEmpty() {
    return frames.isEmpty();
  }
}
