package io.mobula.internal.names;

import akka.actor.typed.ActorRef;
import io.mobula.ActorId;
import io.mobula.internal.names.NameMessage.NameEntry;
import io.mobula.spi.ActorNameDirectory;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Cluster-wide directory of actor names, as one node uses it. Safe for all threads. */
final class ShardedActorNameDirectory implements ActorNameDirectory {
  private final ActorRef<NameRegistrar.Command> keeper;
  private final Map<String, NameEntry> kept;
  private final Runnable giveUp;

  ShardedActorNameDirectory(
      ActorRef<NameRegistrar.Command> keeper, Map<String, NameEntry> kept, Runnable giveUp) {
    this.keeper = keeper;
    this.kept = kept;
    this.giveUp = giveUp;
  }

  @Override
  public CompletionStage<NameRegistration> claim(NameRegistration claimed) {
    var holder = new CompletableFuture<NameEntry>();
    keeper.tell(new NameRegistrar.Claim(NameEntry.of(claimed), holder));
    return holder.thenApply(NameEntry::toNamed);
  }

  @Override
  public CompletionStage<Optional<NameRegistration>> find(String name) {
    var holder = new CompletableFuture<Optional<NameEntry>>();
    keeper.tell(new NameRegistrar.Find(name, holder));
    return holder.thenApply(entry -> entry.map(NameEntry::toNamed));
  }

  @Override
  public void registerKeeper(NameRegistration registration) {
    keeper.tell(new NameRegistrar.RegisterAsKeeper(NameEntry.of(registration)));
  }

  @Override
  public void release(String name, ActorId actor) {
    keeper.tell(new NameRegistrar.Unregister(name, actor));
  }

  @Override
  public Set<String> knownNames() {
    return Set.copyOf(kept.keySet());
  }

  @Override
  public void close() {
    giveUp.run();
  }
}
