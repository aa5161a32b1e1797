package io.mobula.internal.transfer;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import java.util.function.Consumer;

/**
 * Actor that receives frames over Akka for a {@link TransferEngine} that runs on its own thread,
 * and passes them to that thread.
 */
final class FrameReceiver extends AbstractOnMessageBehavior<TransferActor.Command> {
  private final Consumer<byte[]> frames;

  private FrameReceiver(ActorContext<TransferActor.Command> context, Consumer<byte[]> frames) {
    super(context);
    this.frames = frames;
  }

  /**
   * Creates the behavior of the actor.
   *
   * @param frames consumer of the bytes of each frame; must not block
   */
  static Behavior<TransferActor.Command> create(Consumer<byte[]> frames) {
    return Behaviors.setup(context -> new FrameReceiver(context, frames));
  }

  @Override
  public Behavior<TransferActor.Command> onMessage(TransferActor.Command message) {
    return switch (message) {
      case TransferFrame frame -> {
        frames.accept(frame.bytes());
        yield this;
      }
      case TransferActor.Stop _ -> Behaviors.stopped();
      case TransferActor.Start _, TransferActor.Lost _, TransferActor.Tick _ ->
        Behaviors.unhandled();
    };
  }
}
