// The reference of the Kafka figures that others write: Kafka Streams, exactly_once_v2, with a bare filter from one topic
// to another. As cheap as Streams can be: bytes go in and out, and the filter looks for one text.
//   Filter.java BROKERS INPUT OUTPUT GROUP TEXT STATE_DIRECTORY
// Reads INPUT from its beginning to the ends that its partitions have at the start, writes the records with TEXT to
// OUTPUT, and prints two lines "RECORDS SECONDS" on stdout once the group has committed them all: from the first record
// that the filter sees, and from the first look at the group's offsets that shows some, whose records do not count (as
// kafka.sh measures the engine). Exit codes: 0 measured, 1 failed, 3 usage.

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

public final class Filter {
  private static final long LOOK_MS = 20;
  private static final long GIVE_UP_NS = 300_000_000_000L;

  private final String brokers, input, output, group, text, stateDirectory;
  private final AtomicLong firstRecord = new AtomicLong();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  private Filter(String[] arguments) {
    brokers = arguments[0];
    input = arguments[1];
    output = arguments[2];
    group = arguments[3];
    text = arguments[4];
    stateDirectory = arguments[5];
  }

  private Properties settings() {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, group);
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2);
    // As the engine's while it is behind; the default of Streams is a fifth of it.
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 500);
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory);
    settings.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
    settings.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
    settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    settings.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
    return settings;
  }

  // One byte a character, so that the look-up is the one that the virtual machine has instructions for.
  private boolean matches(byte[] event) {
    if (firstRecord.get() == 0) firstRecord.compareAndSet(0, System.nanoTime());
    return event != null && new String(event, StandardCharsets.ISO_8859_1).contains(text);
  }

  private Map<TopicPartition, Long> ends(Admin admin) throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
    for (TopicPartitionInfo partition :
        admin.describeTopics(List.of(input)).allTopicNames().get().get(input).partitions()) {
      wanted.put(new TopicPartition(input, partition.partition()), OffsetSpec.latest());
    }
    Map<TopicPartition, Long> ends = new HashMap<>();
    admin.listOffsets(wanted).all().get().forEach((partition, end) -> ends.put(partition, end.offset()));
    return ends;
  }

  // Records whose transactions are committed. The topic begins with offset 0.
  private long committed(Admin admin) throws ExecutionException, InterruptedException {
    long records = 0;
    for (OffsetAndMetadata offset :
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().values()) {
      if (offset != null) records += offset.offset();
    }
    return records;
  }

  private void measure(Admin admin, long records) throws ExecutionException, InterruptedException {
    long begin = System.nanoTime();
    long count = 0;
    long first = 0;
    long firstCount = 0;
    long now = begin;
    while (count < records) {
      Thread.sleep(LOOK_MS);
      if (failure.get() != null) throw new IllegalStateException(failure.get());
      count = committed(admin);
      now = System.nanoTime();
      if (now - begin > GIVE_UP_NS) throw new IllegalStateException(count + " of " + records + " records after 300 s");
      if (first == 0 && count > 0) {
        first = now;
        firstCount = count;
      }
    }
    if (firstCount >= records) throw new IllegalStateException("too few records: all were committed at the first look");
    print(records, now - firstRecord.get());
    print(records - firstCount, now - first);
  }

  private static void print(long records, long ns) {
    System.out.printf(Locale.ROOT, "%d %.6f%n", records, ns / 1e9);
  }

  private void run() throws ExecutionException, InterruptedException {
    StreamsBuilder builder = new StreamsBuilder();
    builder.<byte[], byte[]>stream(input).filter((key, event) -> matches(event)).to(output);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers));
        KafkaStreams streams = new KafkaStreams(builder.build(), settings())) {
      streams.setUncaughtExceptionHandler(error -> {
        failure.set(error);
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
      });
      long records = ends(admin).values().stream().mapToLong(Long::longValue).sum();
      if (records == 0) throw new IllegalStateException(input + " is empty");
      streams.start();
      measure(admin, records);
    }
  }

  public static void main(String[] arguments) {
    if (arguments.length != 6) {
      System.err.println("usage: Filter.java BROKERS INPUT OUTPUT GROUP TEXT STATE_DIRECTORY");
      System.exit(3);
    }
    try {
      new Filter(arguments).run();
    } catch (ExecutionException | InterruptedException | RuntimeException error) {
      System.err.println("Filter.java: " + error);
      System.exit(1);
    }
  }
}
