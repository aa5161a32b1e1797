package io.mobula.internal.transfer;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import io.aeron.logbuffer.FragmentHandler;
import io.mobula.error.StoreException;
import io.mobula.spi.ObjectPullRequest;
import io.mobula.spi.ObjectTransfer;
import io.mobula.spi.TransferSettings;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Transfers over Aeron, on one thread of their own beside the media driver's, and over Akka from
 * and to whom Aeron fails, where a standby is given. Others hand it what they want through a
 * bounded queue; what does not fit fails at once.
 */
final class AeronTransfer implements ObjectTransfer {
  private static final Logger LOG = LoggerFactory.getLogger(AeronTransfer.class);
  private static final int MAX_COMMANDS = 8192;
  /** The driver finds what the network brings by looking, so this delays the first request. */
  private static final long DRIVER_QUIET = TimeUnit.MILLISECONDS.toNanos(20);
  /** The driver wakes this thread, so it could sleep for ever. */
  private static final long QUIET = TimeUnit.MILLISECONDS.toNanos(100);

  private static final long HOUSEKEEPING = TimeUnit.SECONDS.toNanos(1);

  private static final Duration UNREACHABLE = Duration.ofSeconds(10);

  /** Where Akka stands by. */
  private static final Duration UNREACHABLE_BY_AERON = Duration.ofSeconds(3);

  /** Within a turn of housekeeping; with more Aeron is left alone until the next turn. */
  private static final int MOST_FAULTS = 100;

  /** What others want of the thread. */
  private sealed interface TransferCommand {}

  private record Start(PullOperation pull) implements TransferCommand {}

  private record Lost(String endpoint, String how) implements TransferCommand {}

  /** A frame that has come over Akka. */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares it
  private record ReceivedFrame(byte[] bytes) implements TransferCommand {}

  private final ManyToOneConcurrentArrayQueue<TransferCommand> commands =
      new ManyToOneConcurrentArrayQueue<>(MAX_COMMANDS);
  private final WakeableIdleStrategy driverIdleStrategy =
      new WakeableIdleStrategy(this::isBusy, this::wake, DRIVER_QUIET);
  private final WakeableIdleStrategy idleStrategy =
      new WakeableIdleStrategy(this::isBusy, driverIdleStrategy::wake, QUIET);
  private final AeronDriver driver;
  private final AeronFrameTransport carrier;
  private final @Nullable ActorRef<TransferActor.Command> receiver;
  private final EndpointPair endpoint;
  private final TransferEngine desk;
  private final Thread thread;
  private volatile boolean busy;
  private volatile boolean closed;
  private volatile boolean ended;

  private AeronTransfer(
      TransferSettings settings,
      TransferSettings.AeronTransport where,
      TransferSettings.@Nullable ArteryTransport standby) {
    this.driver = AeronDriver.start(where, driverIdleStrategy);
    try {
      this.carrier = new AeronFrameTransport(
          driver.aeron(),
          driver.listen(where.host(), AeronFrameTransport.STREAM),
          driver.parameters(),
          driver.maxFrame(),
          standby == null ? UNREACHABLE : UNREACHABLE_BY_AERON);
      FrameTransport all = carrier;
      if (standby == null) {
        this.receiver = null;
        this.endpoint = new EndpointPair(carrier.endpoint(), null);
      } else {
        this.receiver = standby
            .spawner()
            .spawn(FrameReceiver.create(this::onAkkaFrame), TransferSettings.ArteryTransport.ACTOR);
        var resolver = ActorRefResolver.get(standby.system());
        this.endpoint =
            new EndpointPair(carrier.endpoint(), resolver.toSerializationFormat(receiver));
        all = new RoutingFrameTransport(carrier, new ArteryFrameTransport(resolver, receiver));
      }
      this.desk = new TransferEngine(all, settings.source(), settings.limits());
    } catch (RuntimeException e) {
      driver.closeAfter(e);
      throw e;
    } catch (Exception | InternalError noFile) { // Aeron throws IOExceptions undeclared
      driver.closeAfter(noFile);
      throw new StoreException(
          "Aeron's files in " + where.directory() + " cannot be used: " + noFile, noFile);
    }
    this.thread = Thread.ofPlatform().daemon().name("mobula-transfer").unstarted(this::run);
  }

  /**
   * Starts it.
   *
   * @param standby what takes over where Aeron fails, or null for nothing
   * @throws StoreException when Aeron cannot be started
   */
  static AeronTransfer start(
      TransferSettings settings,
      TransferSettings.AeronTransport where,
      TransferSettings.@Nullable ArteryTransport standby) {
    var transfer = new AeronTransfer(settings, where, standby);
    transfer.thread.start();
    return transfer;
  }

  @Override
  public String endpoint() {
    return endpoint.text();
  }

  /** On a thread of Akka's. */
  private void onAkkaFrame(byte[] frame) {
    submit(new ReceivedFrame(frame));
  }

  @Override
  public PullHandle pull(ObjectPullRequest request) {
    var pull = new PullOperation(request, this::wake);
    submit(new Start(pull));
    return pull;
  }

  @Override
  public void markLost(String endpoint, String how) {
    submit(new Lost(endpoint, how));
  }

  @Override
  public void close() {
    if (receiver != null) {
      receiver.tell(TransferActor.Stop.STOP);
    }
    closed = true;
    wake();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void submit(TransferCommand command) {
    if (!commands.offer(command)) {
      refuse(command, MAX_COMMANDS + " orders wait already; ask later");
      return;
    }
    wake();
    if (ended) {
      refuseCommands();
    }
  }

  /** After the end: by its thread, and by whoever came too late to be seen by it. */
  private synchronized void refuseCommands() {
    commands.drain(command -> refuse(command, "this node has ended its transfers"));
  }

  private static void refuse(TransferCommand command, String why) {
    switch (command) {
      case Start start -> start.pull.fail(why, Map.of());
      case Lost lost -> LOG.debug("Not told that {} is lost: {}", lost.endpoint, why);
      case ReceivedFrame receivedFrame ->
        LOG.debug(
            "Dropped a frame of {} bytes, to be asked for again: {}",
            receivedFrame.bytes.length,
            why);
    }
  }

  private void execute(TransferCommand command, long now) {
    switch (command) {
      case Start start -> desk.start(start.pull, now);
      case Lost lost -> desk.lost(lost.endpoint, lost.how, now);
      case ReceivedFrame(var bytes) -> desk.onFrame(new UnsafeBuffer(bytes), 0, bytes.length, now);
    }
  }

  private boolean isBusy() {
    return busy;
  }

  private void wake() {
    idleStrategy.wake();
  }

  private void run() {
    try (driver) {
      loop();
      desk.close("this node ends its transfers");
    } catch (Throwable e) {
      LOG.error("Transfers have ended", e);
      desk.fail(e);
    } finally {
      ended = true;
      refuseCommands();
    }
  }

  private void loop() {
    FragmentHandler handler =
        (buffer, offset, length, header) -> desk.onFrame(buffer, offset, length, System.nanoTime());
    var invoker = driver.aeron().conductorAgentInvoker();
    long tidied = System.nanoTime();
    int faults = 0;
    while (!closed) {
      long now = System.nanoTime();
      int work = 0;
      try {
        work += commands.drain(command -> execute(command, now));
        if (faults < MOST_FAULTS) {
          work += invoker.invoke();
          work += carrier.poll(handler);
        }
        work += desk.work(now);
      } catch (InternalError fault) {
        onFault(fault, faults++);
      }
      if (now - tidied > HOUSEKEEPING) { // whatever has failed in this turn
        tidied = now;
        faults = 0;
        try {
          carrier.closeUnused(now);
        } catch (InternalError fault) {
          onFault(fault, faults++);
        }
      }
      busy = desk.isBusy();
      idleStrategy.idle(work);
    }
  }

  /**
   * A page of Aeron's files is not there, as their file system is full: what was begun is begun
   * anew, since whoever waits here for its end would wait for as long as this node lives.
   */
  private void onFault(InternalError fault, int before) {
    if (before == 0) {
      LOG.warn("A transfer met a memory fault; its file system may be full", fault);
    }
    carrier.disconnectAll();
  }
}
