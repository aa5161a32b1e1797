package io.mobula.internal.transfer;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.mobula.spi.ActorSpawner;
import io.mobula.spi.TransferSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Actor systems of one JVM, joined by Artery over TCP, each of which stands for a node. */
final class ArterySystems implements AutoCloseable {
  static final Config CONFIG = ConfigFactory.parseString("""
      akka {
        actor.provider = remote
        loglevel = WARNING
        stdout-loglevel = WARNING
        remote.artery {
          transport = tcp
          canonical.hostname = "127.0.0.1"
          canonical.port = 0
          advanced.outbound-large-message-queue-size = 256
        }
      }
      """)
      .withFallback(ConfigFactory.load().getConfig("mobula.actor-system"))
      .withFallback(ConfigFactory.load());

  private final List<ActorTestKit> kits = new ArrayList<>();

  /** Starts another actor system. */
  TransferSettings.ArteryTransport next() {
    var kit = ActorTestKit.create("mobula", CONFIG);
    kits.add(kit);
    ActorSystem<?> system = kit.system();
    var parent =
        system.systemActorOf(GuardianActor.create(), "mobula-" + kits.size(), Props.empty());
    return new TransferSettings.ArteryTransport(
        system, new GuardianActor.GuardianSpawner(parent, system));
  }

  @Override
  public void close() {
    kits.forEach(ActorTestKit::shutdownTestKit);
  }

  /** Actor that stands for a node's guardian. */
  private static final class GuardianActor {
    record Spawn<T>(Behavior<T> behavior, String name, CompletableFuture<ActorRef<T>> to) {}

    static Behavior<Spawn<?>> create() {
      return Behaviors.receive((context, spawn) -> {
        spawn(context, spawn);
        return Behaviors.same();
      });
    }

    private static <T> void spawn(ActorContext<Spawn<?>> context, Spawn<T> spawn) {
      spawn.to.complete(context.spawn(spawn.behavior, spawn.name));
    }

    record GuardianSpawner(ActorRef<Spawn<?>> parent, ActorSystem<?> system)
        implements ActorSpawner {
      @Override
      public <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
        var to = new CompletableFuture<ActorRef<T>>();
        parent.tell(new Spawn<>(behavior, name, to));
        return to.orTimeout(10, TimeUnit.SECONDS).join();
      }
    }
  }
}
