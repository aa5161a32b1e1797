package io.mobula.internal.group;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.mobula.internal.ledger.LedgerClient;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What a node alone has free: asks its ledger when somebody wants to know, and says once when that
 * has changed.
 */
final class LocalCapacityWatcher extends AbstractOnMessageBehavior<LocalCapacityWatcher.Command> {
  static final String NAME = "room";

  sealed interface Command {}

  /** Somebody wants to know. */
  record Refresh() implements Command {}

  /** It is no longer what it was. */
  private record Stale() implements Command {}

  /** The ledger's answer. */
  private record BalanceReceived(LedgerClient.BalanceSnapshot now) implements Command {}

  private final LedgerClient ledger;
  private final Consumer<LedgerClient.BalanceSnapshot> news;
  private final Runnable changed;
  private final ActorRef<LedgerClient.BalanceSnapshot> balances;
  private boolean watching;

  private LocalCapacityWatcher(
      ActorContext<Command> context,
      LedgerClient ledger,
      Consumer<LedgerClient.BalanceSnapshot> news,
      Runnable changed) {
    super(context);
    this.changed = changed;
    this.ledger = ledger;
    this.news = news;
    Function<LedgerClient.BalanceSnapshot, Command> balanced = BalanceReceived::new;
    this.balances = context.messageAdapter(LedgerClient.BalanceSnapshot.class, balanced::apply);
  }

  /**
   * Asks for nothing yet.
   *
   * @param news hears what is free
   * @param changed hears that it was free, or is something else: whoever wants to know asks again
   */
  static Behavior<Command> create(
      LedgerClient ledger, Consumer<LedgerClient.BalanceSnapshot> news, Runnable changed) {
    return Behaviors.setup(context -> new LocalCapacityWatcher(context, ledger, news, changed));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case Refresh() -> watch();
      case Stale() -> {
        watching = false;
        changed.run();
      }
      case BalanceReceived(var snapshot) -> {
        news.accept(snapshot);
        changed.run();
      }
    }
    return this;
  }

  private void watch() {
    if (!watching) {
      watching = true;
      var self = getContext().getSelf();
      ledger.watch(balances, () -> self.tell(new Stale()));
    }
  }
}
