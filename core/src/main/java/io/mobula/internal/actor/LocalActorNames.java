package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.spi.ActorNameDirectory;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Directory of actor names for a node without a cluster. Safe for all threads. */
public final class LocalActorNames implements ActorNameDirectory {
  private final Map<String, NameRegistration> names = new ConcurrentHashMap<>();

  /** Makes a directory without names. */
  public LocalActorNames() {}

  @Override
  public CompletionStage<NameRegistration> claim(NameRegistration claimed) {
    var holder = names.putIfAbsent(claimed.name(), claimed);
    return CompletableFuture.completedFuture(holder == null ? claimed : holder);
  }

  @Override
  public CompletionStage<Optional<NameRegistration>> find(String name) {
    return CompletableFuture.completedFuture(Optional.ofNullable(names.get(name)));
  }

  @Override
  public void registerKeeper(NameRegistration kept) {
    names.putIfAbsent(kept.name(), kept);
  }

  @Override
  public void release(String name, ActorId actor) {
    names.computeIfPresent(
        name, (key, registration) -> registration.actor().equals(actor) ? null : registration);
  }

  @Override
  public Set<String> knownNames() {
    return Set.copyOf(names.keySet());
  }

  @Override
  public void close() {
    names.clear();
  }
}
