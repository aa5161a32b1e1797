package io.mobula.internal.transfer;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import io.mobula.spi.ObjectPullRequest;
import io.mobula.spi.ObjectTransfer;
import io.mobula.spi.TransferSettings;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Object transfer over Akka, as a front of the {@link TransferActor}. */
final class ArteryTransfer implements ObjectTransfer {
  private static final Logger LOG = LoggerFactory.getLogger(ArteryTransfer.class);
  private static final Duration CLOSING = Duration.ofSeconds(5);
  private static final String ENDED = "this node has ended its transfers";

  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  /**
   * Pulls that are not done. They are tracked here because a stopped actor no longer answers
   * messages.
   */
  private final Set<PullOperation> pulls = ConcurrentHashMap.newKeySet();

  private final ActorRef<TransferActor.Command> actor;
  private final String endpoint;

  private ArteryTransfer(TransferSettings settings, TransferSettings.ArteryTransport where) {
    this.actor = where
        .spawner()
        .spawn(
            TransferActor.create(settings.source(), settings.limits(), this::onStopped),
            TransferSettings.ArteryTransport.ACTOR);
    this.endpoint = ActorRefResolver.get(where.system()).toSerializationFormat(actor);
  }

  static ArteryTransfer start(TransferSettings settings, TransferSettings.ArteryTransport where) {
    return new ArteryTransfer(settings, where);
  }

  @Override
  public String endpoint() {
    return endpoint;
  }

  @Override
  public PullHandle pull(ObjectPullRequest request) {
    var pull = new PullOperation(request, () -> actor.tell(TransferActor.Tick.TICK));
    pulls.add(pull);
    pull.completion().whenComplete((ok, failure) -> pulls.remove(pull));
    actor.tell(new TransferActor.Start(pull));
    if (stopped.isDone()) {
      failAll();
    }
    return pull;
  }

  @Override
  public void markLost(String gone, String how) {
    actor.tell(new TransferActor.Lost(gone, how));
  }

  @Override
  public void close() {
    actor.tell(TransferActor.Stop.STOP);
    try {
      stopped.copy().orTimeout(CLOSING.toMillis(), TimeUnit.MILLISECONDS).join();
    } catch (CompletionException e) {
      failAll();
      LOG.warn("Transfers did not end within {}", CLOSING);
    }
  }

  private void onStopped() {
    stopped.complete(null);
    failAll();
  }

  private void failAll() {
    pulls.forEach(pull -> pull.fail(ENDED, Map.of()));
  }
}
