package io.mobula.internal.names;

import akka.actor.typed.ActorRef;
import io.mobula.ActorId;
import io.mobula.internal.names.NameMessage.Entry;
import io.mobula.spi.ActorNames;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The names of the cluster as one node asks for them. Safe for all threads. */
final class ShardedNames implements ActorNames {
  private final ActorRef<NameKeeper.Command> keeper;
  private final Map<String, Entry> kept;
  private final Runnable giveUp;

  ShardedNames(ActorRef<NameKeeper.Command> keeper, Map<String, Entry> kept, Runnable giveUp) {
    this.keeper = keeper;
    this.kept = kept;
    this.giveUp = giveUp;
  }

  @Override
  public CompletionStage<Named> claim(Named claimed) {
    var holder = new CompletableFuture<Entry>();
    keeper.tell(new NameKeeper.Claim(Entry.of(claimed), holder));
    return holder.thenApply(Entry::toNamed);
  }

  @Override
  public CompletionStage<Optional<Named>> find(String name) {
    var holder = new CompletableFuture<Optional<Entry>>();
    keeper.tell(new NameKeeper.Find(name, holder));
    return holder.thenApply(entry -> entry.map(Entry::toNamed));
  }

  @Override
  public void keep(Named named) {
    keeper.tell(new NameKeeper.Stand(Entry.of(named)));
  }

  @Override
  public void release(String name, ActorId actor) {
    keeper.tell(new NameKeeper.Drop(name, actor));
  }

  @Override
  public Set<String> known() {
    return Set.copyOf(kept.keySet());
  }

  @Override
  public void close() {
    giveUp.run();
  }
}
