package io.mobula.internal.transfer;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import java.util.function.Consumer;

/**
 * The actor that others send frames to over Akka where the {@link TransferDesk} has a thread of its
 * own, which it hands them to.
 */
final class FrameReceiver {
  private FrameReceiver() {}

  /**
   * Its behavior.
   *
   * @param frames takes the bytes of each frame; must not block
   */
  static Behavior<TransferActor.Command> create(Consumer<byte[]> frames) {
    return Behaviors.receive(TransferActor.Command.class)
        .onMessage(TransferFrame.class, frame -> {
          frames.accept(frame.bytes());
          return Behaviors.same();
        })
        .onMessageEquals(TransferActor.End.END, Behaviors::stopped)
        .build();
  }
}
