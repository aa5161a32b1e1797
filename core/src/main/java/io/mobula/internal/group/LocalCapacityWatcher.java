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
 * Watcher of the free resources of a node without a cluster: asks the ledger on demand, and
 * notifies once when the answer is out of date.
 */
final class LocalCapacityWatcher extends AbstractOnMessageBehavior<LocalCapacityWatcher.Command> {
  static final String NAME = "local-capacity";

  sealed interface Command {}

  /** Request for the present balance. */
  record Refresh() implements Command {}

  /** Notice that the balance has changed. */
  private record Stale() implements Command {}

  /** Answer of the ledger with its balance. */
  private record BalanceReceived(LedgerClient.BalanceSnapshot now) implements Command {}

  private final LedgerClient ledger;
  private final Consumer<LedgerClient.BalanceSnapshot> change;
  private final Runnable changed;
  private final ActorRef<LedgerClient.BalanceSnapshot> balances;
  private boolean watching;

  private LocalCapacityWatcher(
      ActorContext<Command> context,
      LedgerClient ledger,
      Consumer<LedgerClient.BalanceSnapshot> change,
      Runnable changed) {
    super(context);
    this.changed = changed;
    this.ledger = ledger;
    this.change = change;
    Function<LedgerClient.BalanceSnapshot, Command> balanced = BalanceReceived::new;
    this.balances = context.messageAdapter(LedgerClient.BalanceSnapshot.class, balanced::apply);
  }

  /**
   * Creates a watcher; it asks nothing before the first request.
   *
   * @param change is told the balance
   * @param changed is called when the balance has arrived or has changed; then the balance must be
   *     requested again
   */
  static Behavior<Command> create(
      LedgerClient ledger, Consumer<LedgerClient.BalanceSnapshot> change, Runnable changed) {
    return Behaviors.setup(context -> new LocalCapacityWatcher(context, ledger, change, changed));
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
        change.accept(snapshot);
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
