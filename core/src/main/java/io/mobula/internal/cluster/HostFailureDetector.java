package io.mobula.internal.cluster;

import akka.event.EventStream;
import akka.remote.FailureDetector;
import akka.remote.PhiAccrualFailureDetector;
import com.typesafe.config.Config;
import java.util.concurrent.TimeUnit;
import scala.Option;
import scala.concurrent.duration.Duration;
import scala.concurrent.duration.FiniteDuration;

/**
 * Failure detector of Akka Cluster that also uses what the host knows. A member is checked after a
 * second of silence: if its process is dead beyond doubt, it becomes unreachable immediately; if
 * its process is on this host and makes progress, it stays reachable however late its heartbeats
 * are. The detector's clock stands still while this process is stalled. Named in the configuration.
 */
public final class HostFailureDetector extends PhiAccrualFailureDetector {
  /** Silence after which a member is checked; a heartbeat comes every second. */
  private static final long SUSPICIOUS_MILLIS = 1_150;

  private final MemberLiveness evidence;
  private long silentMillis;

  /** Creates a detector; called by Akka Cluster. */
  public HostFailureDetector(Config config, EventStream events) {
    this(config, events, MemberLiveness.of(events));
  }

  private HostFailureDetector(Config config, EventStream events, MemberLiveness evidence) {
    super(
        config.getDouble("threshold"),
        config.getInt("max-sample-size"),
        duration(config, "min-std-deviation"),
        duration(config, "acceptable-heartbeat-pause"),
        duration(config, "heartbeat-interval"),
        Option.apply(events),
        new Clock(evidence));
    this.evidence = evidence;
  }

  private static FiniteDuration duration(Config config, String key) {
    return Duration.create(config.getDuration(key, TimeUnit.MILLISECONDS), TimeUnit.MILLISECONDS);
  }

  /** Clock that counts the milliseconds in which this process ran. */
  private static final class Clock extends FailureDetector.Clock {
    private final MemberLiveness evidence;

    Clock(MemberLiveness evidence) {
      this.evidence = evidence;
    }

    @Override
    public long apply$mcJ$sp() {
      return TimeUnit.NANOSECONDS.toMillis(evidence.nanos());
    }

    @Override
    public Object apply() {
      return apply$mcJ$sp();
    }
  }

  @Override
  public boolean isAvailable() {
    silentMillis = 0;
    boolean heard = super.isAvailable();
    if (silentMillis < SUSPICIOUS_MILLIS) {
      return heard;
    }
    var address = SystemAddress.hostAndPort(address());
    evidence.checkSuspect(address);
    return !evidence.isDead(address) && (heard || evidence.isAlive(address));
  }

  /**
   * Records the silence that Akka has measured; Akka calls this on the thread that asks the
   * detector.
   */
  @Override
  public double phi(long timeDiff, double mean, double stdDeviation) {
    silentMillis = timeDiff;
    return super.phi(timeDiff, mean, stdDeviation);
  }
}
