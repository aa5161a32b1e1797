package io.mobula.internal.names;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.error.MobulaException;
import io.mobula.placement.Placement;
import io.mobula.testkit.ForkedJvm;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Scanner;

/** Process that names actors and looks them up, as commands on its standard input say. */
final class ActorNamesProcess implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final ForkedJvm jvm;
  private int asked;

  private ActorNamesProcess(ForkedJvm jvm) {
    this.jvm = jvm;
  }

  static ActorNamesProcess start(String name, String... seeds) {
    var plan = ForkedJvm.of(ActorNamesProcess.class)
        .flags("-Xmx200m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
        .property("mobula.cluster.listen", "on")
        .property("mobula.cluster.node-name", name)
        .property("mobula.cluster.seeds", String.join(",", seeds))
        .property("mobula.store.capacity", "16 MiB")
        .property("mobula.resources.cpus", "2");
    var flags = System.getProperty("mobula.child.flags", "").trim();
    return new ActorNamesProcess(
        (flags.isEmpty() ? plan : plan.flags(flags.split("\\s+"))).start());
  }

  /** Waits until the process is a member. Returns its address and its id. */
  String[] awaitUp() throws InterruptedException {
    return jvm.awaitLine("up ", LIMIT).substring("up ".length()).split(" ");
  }

  /** Sends a command without waiting. */
  int tell(String command) {
    jvm.sendLine(++asked + " " + command);
    return asked;
  }

  String answer(int number) throws InterruptedException {
    var line = jvm.awaitLine(each -> each.startsWith(number + " "), LIMIT);
    return line.substring(line.indexOf(' ') + 1);
  }

  String ask(String command) throws InterruptedException {
    return answer(tell(command));
  }

  ForkedJvm jvm() {
    return jvm;
  }

  @Override
  public void close() {
    jvm.close();
  }

  /** Actor that returns its process. */
  static final class NamedActor {
    private int calls;

    String here() {
      return ProcessHandle.current().pid() + " " + ++calls;
    }

    String unfit() {
      throw new AssertionError("as told");
    }
  }

  public static void main(String[] arguments) {
    var held = new HashMap<String, Object>();
    try (var runtime = Mobula.init();
        var lines = new Scanner(System.in)) {
      System.out.println(
          "up " + runtime.nodes().getFirst().address() + " " + runtime.nodeId().incarnation());
      while (lines.hasNextLine()) {
        var line = lines.nextLine().split(" ");
        System.out.println(line[0] + " " + answer(runtime, line, held));
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static ActorHandle<NamedActor> heldBy(Map<String, Object> held, String name) {
    return (ActorHandle<NamedActor>) held.get(name);
  }

  private static String answer(MobulaRuntime runtime, String[] line, Map<String, Object> held) {
    try {
      var name = line[2];
      return switch (line[1]) {
        case "make" -> {
          held.put(name, runtime.actor(NamedActor::new).name(name).remote());
          yield "made";
        }
        case "make-detached-on" -> {
          held.put(
              name,
              runtime
                  .actor(NamedActor::new)
                  .name(name)
                  .detached()
                  .placement(Placement.on(new NodeId(Long.parseLong(line[3]))))
                  .remote());
          yield runtime
              .actorNamed(name, NamedActor.class)
              .call(NamedActor::here)
              .remote()
              .get();
        }
        case "make-heritable-at" -> {
          runtime
              .actor(NamedActor::new)
              .name(name)
              .detached()
              .maxRestarts(1)
              .placement(Placement.preferring(new NodeId(Long.parseLong(line[3]))))
              .remote();
          yield runtime
              .actorNamed(name, NamedActor.class)
              .call(NamedActor::here)
              .remote()
              .get();
        }
        case "hold" -> {
          held.put(name, runtime.actorNamed(name, NamedActor.class));
          yield "held";
        }
        case "call-held" -> heldBy(held, name).call(NamedActor::here).remote().get();
        case "break" -> heldBy(held, name).call(NamedActor::unfit).remote().get();
        case "get-or-make" -> {
          var handle = runtime.actor(NamedActor::new).name(name).getIfExists().remote();
          held.put(name, handle);
          yield handle.call(NamedActor::here).remote().get();
        }
        case "call" ->
          runtime
              .actorNamed(name, NamedActor.class)
              .call(NamedActor::here)
              .remote()
              .get();
        case "kill" -> {
          runtime.actorNamed(name, NamedActor.class).kill();
          yield "killed";
        }
        default -> "what?";
      };
    } catch (MobulaException e) {
      return e.getClass().getSimpleName() + ": " + e.getMessage();
    }
  }
}
