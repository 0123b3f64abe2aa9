ALTER TABLE core.author RENAME TO author_keyed;
CREATE TABLE core.author (
	author_key VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	handle VARCHAR, 
	name VARCHAR, 
	verified BOOLEAN, 
	brand_id VARCHAR
);
INSERT INTO core.author SELECT * FROM core.author_keyed;
DROP TABLE core.author_keyed;
COMMENT ON TABLE core.author IS 'Who said it, per source: identities are never joined across sources. An author without mentions is dropped. Grain: author_key.';
COMMENT ON COLUMN core.author.author_key IS 'Hash of source and the source''s author id, else the handle';
COMMENT ON COLUMN core.author.source IS 'Name of the source';
COMMENT ON COLUMN core.author.handle IS 'Handle at the latest mention';
COMMENT ON COLUMN core.author.name IS 'Display name at the latest mention';
COMMENT ON COLUMN core.author.verified IS 'Whether the source verified the author, NULL where unknown';
COMMENT ON COLUMN core.author.brand_id IS 'Brand whose declared handle this is, NULL for everybody else';
ALTER TABLE core.author_follower RENAME TO author_follower_keyed;
CREATE TABLE core.author_follower (
	author_key VARCHAR NOT NULL, 
	observed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	followers BIGINT NOT NULL, 
	CHECK (followers >= 0)
);
INSERT INTO core.author_follower SELECT * FROM core.author_follower_keyed;
DROP TABLE core.author_follower_keyed;
COMMENT ON TABLE core.author_follower IS 'Followers of an author over time. Grain: author_key, observed_at.';
COMMENT ON COLUMN core.author_follower.author_key IS 'The author, see core.author';
COMMENT ON COLUMN core.author_follower.observed_at IS 'When it was looked at';
COMMENT ON COLUMN core.author_follower.followers IS 'Followers at that look';
ALTER TABLE core.discovered_topic_mention RENAME TO discovered_topic_mention_keyed;
CREATE TABLE core.discovered_topic_mention (
	mention_id VARCHAR NOT NULL, 
	topic_id VARCHAR NOT NULL, 
	night DATE NOT NULL, 
	nearness REAL, 
	example INTEGER, 
	CHECK (example BETWEEN 1 AND 3)
);
INSERT INTO core.discovered_topic_mention SELECT * FROM core.discovered_topic_mention_keyed;
DROP TABLE core.discovered_topic_mention_keyed;
COMMENT ON TABLE core.discovered_topic_mention IS 'The discovered topic of a mention, as of the latest night that looked at it. Grain: mention_id.';
COMMENT ON COLUMN core.discovered_topic_mention.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.discovered_topic_mention.topic_id IS 'The topic, see core.discovered_topic';
COMMENT ON COLUMN core.discovered_topic_mention.night IS 'Night that says so';
COMMENT ON COLUMN core.discovered_topic_mention.nearness IS 'Cosine with the centre of the topic; NULL: not measured that night';
COMMENT ON COLUMN core.discovered_topic_mention.example IS '1 to 3 for the mentions that show the topic best; NULL: others';
ALTER TABLE core.duplicate_cluster RENAME TO duplicate_cluster_keyed;
CREATE TABLE core.duplicate_cluster (
	mention_id VARCHAR NOT NULL, 
	cluster_id VARCHAR NOT NULL
);
INSERT INTO core.duplicate_cluster SELECT * FROM core.duplicate_cluster_keyed;
DROP TABLE core.duplicate_cluster_keyed;
COMMENT ON TABLE core.duplicate_cluster IS 'Near copies, alone where there are none. Grain: mention_id, one row for every mention.';
COMMENT ON COLUMN core.duplicate_cluster.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.duplicate_cluster.cluster_id IS 'The member published first (by published_at, mention_id) of all that share bands, directly or through others';
ALTER TABLE core.embedding RENAME TO embedding_keyed;
CREATE TABLE core.embedding (
	mention_id VARCHAR NOT NULL, 
	version VARCHAR NOT NULL, 
	vector REAL[384] NOT NULL
);
INSERT INTO core.embedding SELECT * FROM core.embedding_keyed;
DROP TABLE core.embedding_keyed;
COMMENT ON TABLE core.embedding IS 'Vector of a mention''s text. Grain: mention_id.';
COMMENT ON COLUMN core.embedding.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.embedding.version IS 'Version of the encoder';
COMMENT ON COLUMN core.embedding.vector IS 'Sentence vector';
ALTER TABLE core.engagement RENAME TO engagement_keyed;
CREATE TABLE core.engagement (
	mention_id VARCHAR NOT NULL, 
	observed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	likes BIGINT, 
	shares BIGINT, 
	comments BIGINT, 
	views BIGINT, 
	followers BIGINT, 
	content_hash VARCHAR, 
	batch_id VARCHAR NOT NULL
);
INSERT INTO core.engagement SELECT * FROM core.engagement_keyed;
DROP TABLE core.engagement_keyed;
COMMENT ON TABLE core.engagement IS 'Every look at a mention and its counts then. A count the source does not give is NULL, never 0; all may be NULL. Grain: mention_id, observed_at.';
COMMENT ON COLUMN core.engagement.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.engagement.observed_at IS 'When it was looked at';
COMMENT ON COLUMN core.engagement.likes IS 'Likes, favourites or points';
COMMENT ON COLUMN core.engagement.shares IS 'Shares, reposts or boosts';
COMMENT ON COLUMN core.engagement.comments IS 'Comments or replies';
COMMENT ON COLUMN core.engagement.views IS 'Views or impressions';
COMMENT ON COLUMN core.engagement.followers IS 'Author''s followers';
COMMENT ON COLUMN core.engagement.content_hash IS 'Content seen at that look; NULL where only counts were seen';
COMMENT ON COLUMN core.engagement.batch_id IS 'Sealed batch this row comes from';
ALTER TABLE core.entity RENAME TO entity_keyed;
CREATE TABLE core.entity (
	mention_id VARCHAR NOT NULL, 
	start INTEGER NOT NULL, 
	"end" INTEGER NOT NULL, 
	type VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	canonical VARCHAR
);
INSERT INTO core.entity SELECT * FROM core.entity_keyed;
DROP TABLE core.entity_keyed;
COMMENT ON TABLE core.entity IS 'Names found in a mention. Grain: mention_id, start, end, type.';
COMMENT ON COLUMN core.entity.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.entity.start IS 'Begin in code points';
COMMENT ON COLUMN core.entity."end" IS 'End in code points, exclusive';
COMMENT ON COLUMN core.entity.type IS 'Kind of name, such as ORG';
COMMENT ON COLUMN core.entity.text IS 'The words';
COMMENT ON COLUMN core.entity.canonical IS 'The name they stand for';
ALTER TABLE core.flag RENAME TO flag_keyed;
CREATE TABLE core.flag (
	flag_id VARCHAR NOT NULL, 
	mention_id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	start INTEGER, 
	"end" INTEGER, 
	p REAL, 
	rule VARCHAR, 
	reason VARCHAR, 
	version VARCHAR NOT NULL, 
	CHECK (kind IN ('counterfeit', 'trademark', 'impersonation', 'copied_text', 'personal_data', 'doxxing', 'credential_leak', 'document_leak', 'threat', 'safety', 'legal_talk')), 
	CHECK (p BETWEEN 0 AND 1)
);
INSERT INTO core.flag SELECT * FROM core.flag_keyed;
DROP TABLE core.flag_keyed;
COMMENT ON TABLE core.flag IS 'Suspicions for a person to review, never a verdict. Grain: flag_id.';
COMMENT ON COLUMN core.flag.flag_id IS 'Hash of mention, kind, span and rule';
COMMENT ON COLUMN core.flag.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.flag.kind IS 'counterfeit, trademark, impersonation, copied_text, …';
COMMENT ON COLUMN core.flag.start IS 'Begin in code points';
COMMENT ON COLUMN core.flag."end" IS 'End in code points, exclusive';
COMMENT ON COLUMN core.flag.p IS 'How sure the rule is';
COMMENT ON COLUMN core.flag.rule IS 'Rule that raised it';
COMMENT ON COLUMN core.flag.reason IS 'Why, for people';
COMMENT ON COLUMN core.flag.version IS 'Version of the tagger';
ALTER TABLE core.label RENAME TO label_keyed;
CREATE TABLE core.label (
	mention_id VARCHAR NOT NULL, 
	content_hash VARCHAR NOT NULL, 
	tagger VARCHAR NOT NULL, 
	version VARCHAR NOT NULL, 
	label VARCHAR, 
	p REAL, 
	abstained VARCHAR, 
	probabilities STRUCT("id" VARCHAR, "p" REAL)[], 
	CHECK (tagger IN ('language', 'sentiment', 'emotion', 'irony', 'offensive', 'intent')), 
	CHECK (abstained IN ('short', 'language', 'mixed', 'border', 'failed')), 
	CHECK (p BETWEEN 0 AND 1)
);
INSERT INTO core.label SELECT * FROM core.label_keyed;
DROP TABLE core.label_keyed;
COMMENT ON TABLE core.label IS 'What a tagger says of one content of a mention. Grain: mention_id, content_hash, tagger, version.';
COMMENT ON COLUMN core.label.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.label.content_hash IS 'Content it was said of, see core.mention_version';
COMMENT ON COLUMN core.label.tagger IS 'language, sentiment, emotion, irony, offensive or intent';
COMMENT ON COLUMN core.label.version IS 'Version of the tagger';
COMMENT ON COLUMN core.label.label IS 'The most probable label: a language code; negative, neutral, positive; anger, joy, optimism, sadness; irony or none; offensive or none; an intent, or none where no intent reaches 0.5. NULL where abstained as failed';
COMMENT ON COLUMN core.label.p IS 'Probability of the label (of none: 1 - the rest); NULL for languages';
COMMENT ON COLUMN core.label.abstained IS 'Why the label should not be counted: short, language, mixed, border or failed; NULL: it counts. The probabilities stand all the same';
COMMENT ON COLUMN core.label.probabilities IS 'Every class with its probability; intents do not sum to 1';
ALTER TABLE core.label_failure RENAME TO label_failure_keyed;
CREATE TABLE core.label_failure (
	mention_id VARCHAR NOT NULL, 
	content_hash VARCHAR NOT NULL, 
	tagger VARCHAR NOT NULL, 
	version VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL
);
INSERT INTO core.label_failure SELECT * FROM core.label_failure_keyed;
DROP TABLE core.label_failure_keyed;
COMMENT ON TABLE core.label_failure IS 'Labels that could not be made; the mention stays. Grain: mention_id, content_hash, tagger, version.';
COMMENT ON COLUMN core.label_failure.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.label_failure.content_hash IS 'Content it failed on';
COMMENT ON COLUMN core.label_failure.tagger IS 'Name of the tagger';
COMMENT ON COLUMN core.label_failure.version IS 'Version of the tagger';
COMMENT ON COLUMN core.label_failure.reason IS 'Why it failed';
ALTER TABLE core.mention RENAME TO mention_keyed;
CREATE TABLE core.mention (
	mention_id VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	native_id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	channel VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	url VARCHAR NOT NULL, 
	author_key VARCHAR, 
	published_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	edited_at TIMESTAMP WITH TIME ZONE, 
	observed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	parent_id VARCHAR, 
	thread_id VARCHAR, 
	lang VARCHAR NOT NULL, 
	region VARCHAR NOT NULL, 
	rating DOUBLE PRECISION, 
	mapped_brand_id VARCHAR, 
	campaign VARCHAR, 
	experiment VARCHAR, 
	arm VARCHAR, 
	owned BOOLEAN NOT NULL, 
	content_hash VARCHAR NOT NULL, 
	version_no INTEGER NOT NULL, 
	warnings VARCHAR[] NOT NULL, 
	fetched_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	loaded_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	batch_id VARCHAR NOT NULL, 
	CHECK (kind IN ('post', 'comment', 'review', 'share')), 
	CHECK (version_no >= 1)
);
INSERT INTO core.mention SELECT * FROM core.mention_keyed;
DROP TABLE core.mention_keyed;
COMMENT ON TABLE core.mention IS 'What somebody said, in the content of the latest look. Grain: mention_id.';
COMMENT ON COLUMN core.mention.mention_id IS 'Hash of source and native_id, whichever stream saw it';
COMMENT ON COLUMN core.mention.source IS 'Name of the source';
COMMENT ON COLUMN core.mention.native_id IS 'The source''s own id';
COMMENT ON COLUMN core.mention.kind IS 'post, comment, review or share';
COMMENT ON COLUMN core.mention.channel IS 'Platform people know it from, such as mastodon';
COMMENT ON COLUMN core.mention.title IS 'Title, empty where none';
COMMENT ON COLUMN core.mention.text IS 'Plain text';
COMMENT ON COLUMN core.mention.url IS 'Where it is, empty where unknown';
COMMENT ON COLUMN core.mention.author_key IS 'Who said it, see core.author; NULL where the source hides it';
COMMENT ON COLUMN core.mention.published_at IS 'When it was said';
COMMENT ON COLUMN core.mention.edited_at IS 'When it was last edited, as the source says';
COMMENT ON COLUMN core.mention.observed_at IS 'First look at it';
COMMENT ON COLUMN core.mention.parent_id IS 'Mention it answers, which may be unknown to us';
COMMENT ON COLUMN core.mention.thread_id IS 'First mention of its thread, which may be unknown to us';
COMMENT ON COLUMN core.mention.lang IS 'Language the source declares (BCP 47), empty where it does not';
COMMENT ON COLUMN core.mention.region IS 'Region the source declares, empty where it does not';
COMMENT ON COLUMN core.mention.rating IS 'Stars or points of a review';
COMMENT ON COLUMN core.mention.mapped_brand_id IS 'Brand stated by an import or an owned stream';
COMMENT ON COLUMN core.mention.campaign IS 'Campaign it belongs to';
COMMENT ON COLUMN core.mention.experiment IS 'Experiment it belongs to';
COMMENT ON COLUMN core.mention.arm IS 'Arm of that experiment';
COMMENT ON COLUMN core.mention.owned IS 'Served by one of the brand''s own channels';
COMMENT ON COLUMN core.mention.content_hash IS 'Hash of the content, see core.mention_version';
COMMENT ON COLUMN core.mention.version_no IS 'Version that stands, see core.mention_version';
COMMENT ON COLUMN core.mention.warnings IS 'Codes such as no_zone, sorted';
COMMENT ON COLUMN core.mention.fetched_at IS 'When the batch of this content was fetched';
COMMENT ON COLUMN core.mention.loaded_at IS 'When the load last wrote this row';
COMMENT ON COLUMN core.mention.batch_id IS 'Sealed batch this row comes from';
ALTER TABLE core.mention_band RENAME TO mention_band_keyed;
CREATE TABLE core.mention_band (
	mention_id VARCHAR NOT NULL, 
	band UBigInt NOT NULL
);
INSERT INTO core.mention_band SELECT * FROM core.mention_band_keyed;
DROP TABLE core.mention_band_keyed;
COMMENT ON TABLE core.mention_band IS 'MinHash bands of a mention''s text; one in common makes two mentions near copies. Grain: mention_id, band.';
COMMENT ON COLUMN core.mention_band.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.mention_band.band IS 'Hash of one band';
ALTER TABLE core.mention_brand RENAME TO mention_brand_keyed;
CREATE TABLE core.mention_brand (
	mention_id VARCHAR NOT NULL, 
	brand_id VARCHAR NOT NULL, 
	product_id VARCHAR NOT NULL, 
	relation VARCHAR NOT NULL, 
	start INTEGER, 
	"end" INTEGER, 
	matched VARCHAR, 
	CHECK (relation IN ('owned', 'tagged', 'untagged', 'off_channel'))
);
INSERT INTO core.mention_brand SELECT * FROM core.mention_brand_keyed;
DROP TABLE core.mention_brand_keyed;
COMMENT ON TABLE core.mention_brand IS 'Brands and products a mention is about. Grain: mention_id, brand_id, product_id.';
COMMENT ON COLUMN core.mention_brand.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.mention_brand.brand_id IS 'The brand, see core.brand';
COMMENT ON COLUMN core.mention_brand.product_id IS 'The product, see core.product; empty: the brand as a whole';
COMMENT ON COLUMN core.mention_brand.relation IS 'owned, tagged, untagged or off_channel';
COMMENT ON COLUMN core.mention_brand.start IS 'Begin of the match in code points; NULL where mapped';
COMMENT ON COLUMN core.mention_brand."end" IS 'End of the match, exclusive; NULL where mapped';
COMMENT ON COLUMN core.mention_brand.matched IS 'The words that matched';
ALTER TABLE core.mention_query RENAME TO mention_query_keyed;
CREATE TABLE core.mention_query (
	mention_id VARCHAR NOT NULL, 
	query_id VARCHAR NOT NULL
);
INSERT INTO core.mention_query SELECT * FROM core.mention_query_keyed;
DROP TABLE core.mention_query_keyed;
COMMENT ON TABLE core.mention_query IS 'Queries that cover a mention. Grain: mention_id, query_id.';
COMMENT ON COLUMN core.mention_query.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.mention_query.query_id IS 'The query, see core.query';
ALTER TABLE core.mention_stream RENAME TO mention_stream_keyed;
CREATE TABLE core.mention_stream (
	mention_id VARCHAR NOT NULL, 
	stream VARCHAR NOT NULL
);
INSERT INTO core.mention_stream SELECT * FROM core.mention_stream_keyed;
DROP TABLE core.mention_stream_keyed;
COMMENT ON TABLE core.mention_stream IS 'Streams that served a mention. Grain: mention_id, stream.';
COMMENT ON COLUMN core.mention_stream.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.mention_stream.stream IS 'Source, host and target';
ALTER TABLE core.mention_topic RENAME TO mention_topic_keyed;
CREATE TABLE core.mention_topic (
	mention_id VARCHAR NOT NULL, 
	topic_id VARCHAR NOT NULL, 
	p REAL NOT NULL, 
	version VARCHAR NOT NULL, 
	CHECK (p BETWEEN 0 AND 1)
);
INSERT INTO core.mention_topic SELECT * FROM core.mention_topic_keyed;
DROP TABLE core.mention_topic_keyed;
COMMENT ON TABLE core.mention_topic IS 'Topics of a mention. Grain: mention_id, topic_id.';
COMMENT ON COLUMN core.mention_topic.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.mention_topic.topic_id IS 'The topic, see core.topic';
COMMENT ON COLUMN core.mention_topic.p IS 'Probability';
COMMENT ON COLUMN core.mention_topic.version IS 'Version of the tagger';
ALTER TABLE core.mention_version RENAME TO mention_version_keyed;
CREATE TABLE core.mention_version (
	mention_id VARCHAR NOT NULL, 
	content_hash VARCHAR NOT NULL, 
	version_no INTEGER NOT NULL, 
	title VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	edited_at TIMESTAMP WITH TIME ZONE, 
	observed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	author_key VARCHAR, 
	handle VARCHAR, 
	author_name VARCHAR, 
	verified BOOLEAN, 
	batch_id VARCHAR NOT NULL, 
	CHECK (version_no >= 1)
);
INSERT INTO core.mention_version SELECT * FROM core.mention_version_keyed;
DROP TABLE core.mention_version_keyed;
COMMENT ON TABLE core.mention_version IS 'Every content a mention was seen with, numbered by first look. Grain: mention_id, content_hash; also mention_id, version_no.';
COMMENT ON COLUMN core.mention_version.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.mention_version.content_hash IS 'Hash of the content';
COMMENT ON COLUMN core.mention_version.version_no IS '1 is the content seen first';
COMMENT ON COLUMN core.mention_version.title IS 'Title, empty where none';
COMMENT ON COLUMN core.mention_version.text IS 'Plain text';
COMMENT ON COLUMN core.mention_version.edited_at IS 'When it was edited, as the source says';
COMMENT ON COLUMN core.mention_version.observed_at IS 'First look at this content';
COMMENT ON COLUMN core.mention_version.author_key IS 'Who said it, see core.author';
COMMENT ON COLUMN core.mention_version.handle IS 'Author''s handle at that look';
COMMENT ON COLUMN core.mention_version.author_name IS 'Author''s display name at that look';
COMMENT ON COLUMN core.mention_version.verified IS 'Whether the source had verified the author at that look';
COMMENT ON COLUMN core.mention_version.batch_id IS 'Sealed batch this row comes from';
ALTER TABLE core.off_topic RENAME TO off_topic_keyed;
CREATE TABLE core.off_topic (
	mention_id VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	native_id VARCHAR NOT NULL, 
	url VARCHAR NOT NULL, 
	batch_id VARCHAR NOT NULL
);
INSERT INTO core.off_topic SELECT * FROM core.off_topic_keyed;
DROP TABLE core.off_topic_keyed;
COMMENT ON TABLE core.off_topic IS 'Items no query covers: ids only, no text. A mention that later becomes on topic leaves. Grain: mention_id.';
COMMENT ON COLUMN core.off_topic.mention_id IS 'Id the mention would have';
COMMENT ON COLUMN core.off_topic.source IS 'Name of the source';
COMMENT ON COLUMN core.off_topic.native_id IS 'The source''s own id';
COMMENT ON COLUMN core.off_topic.url IS 'Where it is, empty where unknown';
COMMENT ON COLUMN core.off_topic.batch_id IS 'Sealed batch this row comes from';
ALTER TABLE core.target_label RENAME TO target_label_keyed;
CREATE TABLE core.target_label (
	mention_id VARCHAR NOT NULL, 
	content_hash VARCHAR NOT NULL, 
	brand_id VARCHAR NOT NULL, 
	product_id VARCHAR NOT NULL, 
	version VARCHAR NOT NULL, 
	label VARCHAR NOT NULL, 
	p REAL NOT NULL, 
	abstained VARCHAR, 
	probabilities STRUCT("id" VARCHAR, "p" REAL)[] NOT NULL, 
	CHECK (label IN ('negative', 'neutral', 'positive')), 
	CHECK (abstained IN ('short', 'language', 'mixed', 'border', 'failed')), 
	CHECK (p BETWEEN 0 AND 1)
);
INSERT INTO core.target_label SELECT * FROM core.target_label_keyed;
DROP TABLE core.target_label_keyed;
COMMENT ON TABLE core.target_label IS 'What one content of a mention thinks of a brand or product it is about; none where it could not be judged, and none of the brand''s own words. Grain: mention_id, content_hash, brand_id, product_id, version.';
COMMENT ON COLUMN core.target_label.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.target_label.content_hash IS 'Content it was said of, see core.mention_version';
COMMENT ON COLUMN core.target_label.brand_id IS 'The brand, see core.brand';
COMMENT ON COLUMN core.target_label.product_id IS 'The product, see core.product; empty: the brand as a whole';
COMMENT ON COLUMN core.target_label.version IS 'Version of the tagger';
COMMENT ON COLUMN core.target_label.label IS 'The most probable of negative, neutral and positive';
COMMENT ON COLUMN core.target_label.p IS 'Probability of the label';
COMMENT ON COLUMN core.target_label.abstained IS 'Why the label should not be counted: short, language, mixed or border; NULL: it counts. The probabilities stand all the same';
COMMENT ON COLUMN core.target_label.probabilities IS 'Every class with its probability';
COMMENT ON TABLE core.change IS 'Mentions of which something changed, by the load that changed it; or a row that says that everything may have. Rows that the models have taken in are forgotten. Grain: change_no, mention_id.';
