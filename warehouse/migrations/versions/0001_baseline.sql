CREATE TABLE core.author (
	author_key VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	handle VARCHAR, 
	name VARCHAR, 
	verified BOOLEAN, 
	brand_id VARCHAR, 
	PRIMARY KEY (author_key)
);
COMMENT ON TABLE core.author IS 'Who said it, per source: identities are never joined across sources. An author without mentions is dropped. Grain: author_key.';
COMMENT ON COLUMN core.author.author_key IS 'Hash of source and the source''s author id, else the handle';
COMMENT ON COLUMN core.author.source IS 'Name of the source';
COMMENT ON COLUMN core.author.handle IS 'Handle at the latest mention';
COMMENT ON COLUMN core.author.name IS 'Display name at the latest mention';
COMMENT ON COLUMN core.author.verified IS 'Whether the source verified the author, NULL where unknown';
COMMENT ON COLUMN core.author.brand_id IS 'Brand whose declared handle this is, NULL for everybody else';
CREATE TABLE core.author_follower (
	author_key VARCHAR NOT NULL, 
	observed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	followers BIGINT NOT NULL, 
	PRIMARY KEY (author_key, observed_at), 
	CHECK (followers >= 0)
);
COMMENT ON TABLE core.author_follower IS 'Followers of an author over time. Grain: author_key, observed_at.';
COMMENT ON COLUMN core.author_follower.author_key IS 'The author, see core.author';
COMMENT ON COLUMN core.author_follower.observed_at IS 'When it was looked at';
COMMENT ON COLUMN core.author_follower.followers IS 'Followers at that look';
CREATE TABLE core.batch (
	batch_id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	stream VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	host VARCHAR NOT NULL, 
	target VARCHAR NOT NULL, 
	seq BIGINT NOT NULL, 
	cursor_before VARCHAR NOT NULL, 
	cursor_after VARCHAR NOT NULL, 
	started_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	sealed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	fetched_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	served BIGINT NOT NULL, 
	parser_version VARCHAR NOT NULL, 
	warc VARCHAR NOT NULL, 
	warc_sha256 VARCHAR NOT NULL, 
	revision BIGINT NOT NULL, 
	raw_partial BOOLEAN NOT NULL, 
	brand_files VARCHAR[] NOT NULL, 
	marked BOOLEAN NOT NULL, 
	model VARCHAR NOT NULL, 
	PRIMARY KEY (batch_id), 
	CHECK (kind IN ('mention', 'engagement', 'tombstone', 'decision', 'reference')), 
	CHECK (seq >= 0), 
	CHECK (served >= 0), 
	CHECK (revision >= 0)
);
COMMENT ON TABLE core.batch IS 'One row per loaded batch, as its file tells it. Grain: batch_id.';
COMMENT ON COLUMN core.batch.batch_id IS 'Path below landing/, without suffix: kind/stream/day/sequence';
COMMENT ON COLUMN core.batch.kind IS 'mention, engagement, tombstone, decision or reference';
COMMENT ON COLUMN core.batch.stream IS 'Source, host and target: what one cursor belongs to';
COMMENT ON COLUMN core.batch.source IS 'Name of the source';
COMMENT ON COLUMN core.batch.host IS 'Host it was served by, empty for files';
COMMENT ON COLUMN core.batch.target IS 'Feed, tag, app or query id';
COMMENT ON COLUMN core.batch.seq IS 'Number of the batch in its stream';
COMMENT ON COLUMN core.batch.cursor_before IS 'Cursor the crawl began at, as JSON';
COMMENT ON COLUMN core.batch.cursor_after IS 'Cursor the next crawl begins at, as JSON';
COMMENT ON COLUMN core.batch.started_at IS 'When the crawl began';
COMMENT ON COLUMN core.batch.sealed_at IS 'When the batch was sealed';
COMMENT ON COLUMN core.batch.fetched_at IS 'When its last page was fetched';
COMMENT ON COLUMN core.batch.served IS 'Items served, counted before any was parsed';
COMMENT ON COLUMN core.batch.parser_version IS 'Version of the source''s parser';
COMMENT ON COLUMN core.batch.warc IS 'File of the raw exchanges beside the batch, empty where none';
COMMENT ON COLUMN core.batch.warc_sha256 IS 'SHA-256 of that file';
COMMENT ON COLUMN core.batch.revision IS 'How often something was erased from the batch';
COMMENT ON COLUMN core.batch.raw_partial IS 'The raw exchanges were cut';
COMMENT ON COLUMN core.batch.brand_files IS 'Brand files the crawl used';
COMMENT ON COLUMN core.batch.marked IS 'More than 2 percent of its items were quarantined';
COMMENT ON COLUMN core.batch.model IS 'SHA-256 of the weights its tags came from, empty where untagged';
CREATE TABLE core.brand (
	brand_id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	role VARCHAR NOT NULL, 
	aliases VARCHAR[] NOT NULL, 
	timezone VARCHAR NOT NULL, 
	opens TIME WITHOUT TIME ZONE NOT NULL, 
	closes TIME WITHOUT TIME ZONE NOT NULL, 
	response_minutes INTEGER NOT NULL, 
	publish_days INTEGER NOT NULL, 
	PRIMARY KEY (brand_id), 
	CHECK (role IN ('own', 'competitor')), 
	CHECK (response_minutes > 0), 
	CHECK (publish_days > 0)
);
COMMENT ON TABLE core.brand IS 'Brands we listen for. A brand no longer listed stays, because mentions refer to it. Grain: brand_id.';
COMMENT ON COLUMN core.brand.brand_id IS 'Id in the brand file';
COMMENT ON COLUMN core.brand.name IS 'Name';
COMMENT ON COLUMN core.brand.role IS 'own or competitor';
COMMENT ON COLUMN core.brand.aliases IS 'Other names';
COMMENT ON COLUMN core.brand.timezone IS 'Time zone of its business hours';
COMMENT ON COLUMN core.brand.opens IS 'Begin of business, local time';
COMMENT ON COLUMN core.brand.closes IS 'End of business, local time';
COMMENT ON COLUMN core.brand.response_minutes IS 'Business minutes within which it promises to answer';
COMMENT ON COLUMN core.brand.publish_days IS 'Days of mention rows in the team files';
CREATE TABLE core.brand_business_day (
	brand_id VARCHAR NOT NULL, 
	weekday INTEGER NOT NULL, 
	PRIMARY KEY (brand_id, weekday), 
	CHECK (weekday BETWEEN 0 AND 6)
);
COMMENT ON TABLE core.brand_business_day IS 'Weekdays a brand answers. Grain: brand_id, weekday.';
COMMENT ON COLUMN core.brand_business_day.brand_id IS 'The brand, see core.brand';
COMMENT ON COLUMN core.brand_business_day.weekday IS '0 is Monday';
CREATE TABLE core.brand_holiday (
	brand_id VARCHAR NOT NULL, 
	on_date DATE NOT NULL, 
	PRIMARY KEY (brand_id, on_date)
);
COMMENT ON TABLE core.brand_holiday IS 'Days a brand does not answer. Grain: brand_id, on_date.';
COMMENT ON COLUMN core.brand_holiday.brand_id IS 'The brand, see core.brand';
COMMENT ON COLUMN core.brand_holiday.on_date IS 'Local date';
CREATE TABLE core.campaign (
	campaign_id VARCHAR NOT NULL, 
	brand_id VARCHAR, 
	name VARCHAR, 
	channel VARCHAR, 
	region VARCHAR, 
	starts_on DATE, 
	ends_on DATE, 
	goal VARCHAR, 
	loaded_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	batch_id VARCHAR NOT NULL, 
	PRIMARY KEY (campaign_id)
);
COMMENT ON TABLE core.campaign IS 'Campaigns. Grain: campaign_id.';
COMMENT ON COLUMN core.campaign.campaign_id IS 'Id in the imported file';
COMMENT ON COLUMN core.campaign.brand_id IS 'The brand';
COMMENT ON COLUMN core.campaign.name IS 'Name';
COMMENT ON COLUMN core.campaign.channel IS 'Channel';
COMMENT ON COLUMN core.campaign.region IS 'Region';
COMMENT ON COLUMN core.campaign.starts_on IS 'First day';
COMMENT ON COLUMN core.campaign.ends_on IS 'Last day';
COMMENT ON COLUMN core.campaign.goal IS 'What it is for';
COMMENT ON COLUMN core.campaign.loaded_at IS 'When the load last wrote this row';
COMMENT ON COLUMN core.campaign.batch_id IS 'Sealed batch this row comes from';
CREATE TABLE core.cost (
	cost_id VARCHAR NOT NULL, 
	brand_id VARCHAR, 
	channel VARCHAR, 
	campaign VARCHAR, 
	region VARCHAR, 
	on_date DATE NOT NULL, 
	amount DOUBLE PRECISION, 
	currency VARCHAR, 
	hours DOUBLE PRECISION, 
	kind VARCHAR NOT NULL, 
	loaded_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	batch_id VARCHAR NOT NULL, 
	PRIMARY KEY (cost_id), 
	CHECK (kind IN ('spend', 'saving', 'revenue'))
);
COMMENT ON TABLE core.cost IS 'Money and hours spent, saved or earned. Grain: cost_id.';
COMMENT ON COLUMN core.cost.cost_id IS 'Id in the imported file';
COMMENT ON COLUMN core.cost.brand_id IS 'The brand';
COMMENT ON COLUMN core.cost.channel IS 'Channel';
COMMENT ON COLUMN core.cost.campaign IS 'Campaign';
COMMENT ON COLUMN core.cost.region IS 'Region';
COMMENT ON COLUMN core.cost.on_date IS 'Day it belongs to';
COMMENT ON COLUMN core.cost.amount IS 'Amount in currency';
COMMENT ON COLUMN core.cost.currency IS 'ISO 4217';
COMMENT ON COLUMN core.cost.hours IS 'Hours of work';
COMMENT ON COLUMN core.cost.kind IS 'spend, saving or revenue';
COMMENT ON COLUMN core.cost.loaded_at IS 'When the load last wrote this row';
COMMENT ON COLUMN core.cost.batch_id IS 'Sealed batch this row comes from';
CREATE TABLE core.domain (
	brand_id VARCHAR NOT NULL, 
	domain VARCHAR NOT NULL, 
	PRIMARY KEY (brand_id, domain)
);
COMMENT ON TABLE core.domain IS 'Domains a brand owns. Grain: brand_id, domain.';
COMMENT ON COLUMN core.domain.brand_id IS 'The brand, see core.brand';
COMMENT ON COLUMN core.domain.domain IS 'Host name';
CREATE TABLE core.duplicate_cluster (
	mention_id VARCHAR NOT NULL, 
	cluster_id VARCHAR NOT NULL, 
	PRIMARY KEY (mention_id)
);
COMMENT ON TABLE core.duplicate_cluster IS 'Near copies, alone where there are none. Grain: mention_id, one row for every mention.';
COMMENT ON COLUMN core.duplicate_cluster.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.duplicate_cluster.cluster_id IS 'The member published first (by published_at, mention_id) of all that share bands, directly or through others';
CREATE TABLE core.embedding (
	mention_id VARCHAR NOT NULL, 
	version VARCHAR NOT NULL, 
	vector REAL[384] NOT NULL, 
	PRIMARY KEY (mention_id)
);
COMMENT ON TABLE core.embedding IS 'Vector of a mention''s text. Grain: mention_id.';
COMMENT ON COLUMN core.embedding.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.embedding.version IS 'Version of the encoder';
COMMENT ON COLUMN core.embedding.vector IS 'Sentence vector';
CREATE TABLE core.engagement (
	mention_id VARCHAR NOT NULL, 
	observed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	likes BIGINT, 
	shares BIGINT, 
	comments BIGINT, 
	views BIGINT, 
	followers BIGINT, 
	content_hash VARCHAR, 
	batch_id VARCHAR NOT NULL, 
	PRIMARY KEY (mention_id, observed_at)
);
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
CREATE TABLE core.entity (
	mention_id VARCHAR NOT NULL, 
	start INTEGER NOT NULL, 
	"end" INTEGER NOT NULL, 
	type VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	canonical VARCHAR, 
	PRIMARY KEY (mention_id, start, "end", type)
);
COMMENT ON TABLE core.entity IS 'Names found in a mention. Grain: mention_id, start, end, type.';
COMMENT ON COLUMN core.entity.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.entity.start IS 'Begin in code points';
COMMENT ON COLUMN core.entity."end" IS 'End in code points, exclusive';
COMMENT ON COLUMN core.entity.type IS 'Kind of name, such as ORG';
COMMENT ON COLUMN core.entity.text IS 'The words';
COMMENT ON COLUMN core.entity.canonical IS 'The name they stand for';
CREATE TABLE core.experiment (
	experiment_id VARCHAR NOT NULL, 
	brand_id VARCHAR, 
	name VARCHAR, 
	hypothesis VARCHAR, 
	metric VARCHAR, 
	control_arm VARCHAR, 
	treatment_arm VARCHAR, 
	starts_on DATE, 
	ends_on DATE, 
	loaded_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	batch_id VARCHAR NOT NULL, 
	PRIMARY KEY (experiment_id)
);
COMMENT ON TABLE core.experiment IS 'Experiments. Grain: experiment_id.';
COMMENT ON COLUMN core.experiment.experiment_id IS 'Id in the imported file';
COMMENT ON COLUMN core.experiment.brand_id IS 'The brand';
COMMENT ON COLUMN core.experiment.name IS 'Name';
COMMENT ON COLUMN core.experiment.hypothesis IS 'What is believed';
COMMENT ON COLUMN core.experiment.metric IS 'Metric that decides';
COMMENT ON COLUMN core.experiment.control_arm IS 'Arm compared with';
COMMENT ON COLUMN core.experiment.treatment_arm IS 'Arm tried';
COMMENT ON COLUMN core.experiment.starts_on IS 'First day';
COMMENT ON COLUMN core.experiment.ends_on IS 'Last day';
COMMENT ON COLUMN core.experiment.loaded_at IS 'When the load last wrote this row';
COMMENT ON COLUMN core.experiment.batch_id IS 'Sealed batch this row comes from';
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
	PRIMARY KEY (flag_id), 
	CHECK (kind IN ('counterfeit', 'trademark', 'impersonation', 'copied_text', 'personal_data', 'doxxing', 'credential_leak', 'document_leak', 'threat', 'safety', 'legal_talk')), 
	CHECK (p BETWEEN 0 AND 1)
);
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
CREATE TABLE core.goal_actual (
	goal_id VARCHAR NOT NULL, 
	period VARCHAR NOT NULL, 
	region VARCHAR NOT NULL, 
	goal VARCHAR, 
	business_goal VARCHAR, 
	unit VARCHAR, 
	target DOUBLE PRECISION, 
	actual DOUBLE PRECISION, 
	loaded_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	batch_id VARCHAR NOT NULL, 
	PRIMARY KEY (goal_id, period, region)
);
COMMENT ON TABLE core.goal_actual IS 'Goals and what was reached. Grain: goal_id, period, region.';
COMMENT ON COLUMN core.goal_actual.goal_id IS 'Id in the imported file';
COMMENT ON COLUMN core.goal_actual.period IS 'Such as 2026-10 or 2026-Q4';
COMMENT ON COLUMN core.goal_actual.region IS 'Region, empty: everywhere';
COMMENT ON COLUMN core.goal_actual.goal IS 'What is measured';
COMMENT ON COLUMN core.goal_actual.business_goal IS 'Business goal it serves';
COMMENT ON COLUMN core.goal_actual.unit IS 'Unit';
COMMENT ON COLUMN core.goal_actual.target IS 'What was aimed at';
COMMENT ON COLUMN core.goal_actual.actual IS 'What was reached';
COMMENT ON COLUMN core.goal_actual.loaded_at IS 'When the load last wrote this row';
COMMENT ON COLUMN core.goal_actual.batch_id IS 'Sealed batch this row comes from';
CREATE TABLE core.handle (
	brand_id VARCHAR NOT NULL, 
	channel VARCHAR NOT NULL, 
	handle VARCHAR NOT NULL, 
	PRIMARY KEY (brand_id, channel, handle)
);
COMMENT ON TABLE core.handle IS 'Handles a brand speaks by. Grain: brand_id, channel, handle.';
COMMENT ON COLUMN core.handle.brand_id IS 'The brand, see core.brand';
COMMENT ON COLUMN core.handle.channel IS 'Source or channel';
COMMENT ON COLUMN core.handle.handle IS 'As written in the brand file';
CREATE TABLE core.label (
	mention_id VARCHAR NOT NULL, 
	content_hash VARCHAR NOT NULL, 
	tagger VARCHAR NOT NULL, 
	version VARCHAR NOT NULL, 
	label VARCHAR, 
	p REAL, 
	abstained VARCHAR, 
	probabilities STRUCT("id" VARCHAR, "p" REAL)[], 
	PRIMARY KEY (mention_id, content_hash, tagger, version), 
	CHECK (tagger IN ('language', 'sentiment', 'emotion', 'irony', 'offensive', 'intent')), 
	CHECK (abstained IN ('short', 'language', 'mixed', 'border', 'failed')), 
	CHECK (p BETWEEN 0 AND 1)
);
COMMENT ON TABLE core.label IS 'What a tagger says of one content of a mention. Grain: mention_id, content_hash, tagger, version.';
COMMENT ON COLUMN core.label.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.label.content_hash IS 'Content it was said of, see core.mention_version';
COMMENT ON COLUMN core.label.tagger IS 'language, sentiment, emotion, irony, offensive or intent';
COMMENT ON COLUMN core.label.version IS 'Version of the tagger';
COMMENT ON COLUMN core.label.label IS 'The most probable label: a language code; negative, neutral, positive; anger, joy, optimism, sadness; irony or none; offensive or none; an intent, or none where no intent reaches 0.5. NULL where abstained as failed';
COMMENT ON COLUMN core.label.p IS 'Probability of the label (of none: 1 - the rest); NULL for languages';
COMMENT ON COLUMN core.label.abstained IS 'Why the label should not be counted: short, language, mixed, border or failed; NULL: it counts. The probabilities stand all the same';
COMMENT ON COLUMN core.label.probabilities IS 'Every class with its probability; intents do not sum to 1';
CREATE TABLE core.label_failure (
	mention_id VARCHAR NOT NULL, 
	content_hash VARCHAR NOT NULL, 
	tagger VARCHAR NOT NULL, 
	version VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	PRIMARY KEY (mention_id, content_hash, tagger, version)
);
COMMENT ON TABLE core.label_failure IS 'Labels that could not be made; the mention stays. Grain: mention_id, content_hash, tagger, version.';
COMMENT ON COLUMN core.label_failure.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.label_failure.content_hash IS 'Content it failed on';
COMMENT ON COLUMN core.label_failure.tagger IS 'Name of the tagger';
COMMENT ON COLUMN core.label_failure.version IS 'Version of the tagger';
COMMENT ON COLUMN core.label_failure.reason IS 'Why it failed';
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
	PRIMARY KEY (mention_id), 
	CHECK (kind IN ('post', 'comment', 'review', 'share')), 
	CHECK (version_no >= 1)
);
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
CREATE TABLE core.mention_band (
	mention_id VARCHAR NOT NULL, 
	band UBigInt NOT NULL, 
	PRIMARY KEY (mention_id, band)
);
COMMENT ON TABLE core.mention_band IS 'MinHash bands of a mention''s text; one in common makes two mentions near copies. Grain: mention_id, band.';
COMMENT ON COLUMN core.mention_band.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.mention_band.band IS 'Hash of one band';
CREATE TABLE core.mention_brand (
	mention_id VARCHAR NOT NULL, 
	brand_id VARCHAR NOT NULL, 
	product_id VARCHAR NOT NULL, 
	relation VARCHAR NOT NULL, 
	start INTEGER, 
	"end" INTEGER, 
	matched VARCHAR, 
	PRIMARY KEY (mention_id, brand_id, product_id), 
	CHECK (relation IN ('owned', 'tagged', 'untagged', 'off_channel'))
);
COMMENT ON TABLE core.mention_brand IS 'Brands and products a mention is about. Grain: mention_id, brand_id, product_id.';
COMMENT ON COLUMN core.mention_brand.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.mention_brand.brand_id IS 'The brand, see core.brand';
COMMENT ON COLUMN core.mention_brand.product_id IS 'The product, see core.product; empty: the brand as a whole';
COMMENT ON COLUMN core.mention_brand.relation IS 'owned, tagged, untagged or off_channel';
COMMENT ON COLUMN core.mention_brand.start IS 'Begin of the match in code points; NULL where mapped';
COMMENT ON COLUMN core.mention_brand."end" IS 'End of the match, exclusive; NULL where mapped';
COMMENT ON COLUMN core.mention_brand.matched IS 'The words that matched';
CREATE TABLE core.mention_query (
	mention_id VARCHAR NOT NULL, 
	query_id VARCHAR NOT NULL, 
	PRIMARY KEY (mention_id, query_id)
);
COMMENT ON TABLE core.mention_query IS 'Queries that cover a mention. Grain: mention_id, query_id.';
COMMENT ON COLUMN core.mention_query.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.mention_query.query_id IS 'The query, see core.query';
CREATE TABLE core.mention_stream (
	mention_id VARCHAR NOT NULL, 
	stream VARCHAR NOT NULL, 
	PRIMARY KEY (mention_id, stream)
);
COMMENT ON TABLE core.mention_stream IS 'Streams that served a mention. Grain: mention_id, stream.';
COMMENT ON COLUMN core.mention_stream.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.mention_stream.stream IS 'Source, host and target';
CREATE TABLE core.mention_topic (
	mention_id VARCHAR NOT NULL, 
	topic_id VARCHAR NOT NULL, 
	p REAL NOT NULL, 
	version VARCHAR NOT NULL, 
	PRIMARY KEY (mention_id, topic_id), 
	CHECK (p BETWEEN 0 AND 1)
);
COMMENT ON TABLE core.mention_topic IS 'Topics of a mention. Grain: mention_id, topic_id.';
COMMENT ON COLUMN core.mention_topic.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.mention_topic.topic_id IS 'The topic, see core.topic';
COMMENT ON COLUMN core.mention_topic.p IS 'Probability';
COMMENT ON COLUMN core.mention_topic.version IS 'Version of the tagger';
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
	PRIMARY KEY (mention_id, content_hash), 
	CHECK (version_no >= 1)
);
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
CREATE TABLE core.off_topic (
	mention_id VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	native_id VARCHAR NOT NULL, 
	url VARCHAR NOT NULL, 
	batch_id VARCHAR NOT NULL, 
	PRIMARY KEY (mention_id)
);
COMMENT ON TABLE core.off_topic IS 'Items no query covers: ids only, no text. A mention that later becomes on topic leaves. Grain: mention_id.';
COMMENT ON COLUMN core.off_topic.mention_id IS 'Id the mention would have';
COMMENT ON COLUMN core.off_topic.source IS 'Name of the source';
COMMENT ON COLUMN core.off_topic.native_id IS 'The source''s own id';
COMMENT ON COLUMN core.off_topic.url IS 'Where it is, empty where unknown';
COMMENT ON COLUMN core.off_topic.batch_id IS 'Sealed batch this row comes from';
CREATE TABLE core.product (
	brand_id VARCHAR NOT NULL, 
	product_id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	aliases VARCHAR[] NOT NULL, 
	PRIMARY KEY (brand_id, product_id)
);
COMMENT ON TABLE core.product IS 'Products of a brand. Grain: brand_id, product_id.';
COMMENT ON COLUMN core.product.brand_id IS 'The brand, see core.brand';
COMMENT ON COLUMN core.product.product_id IS 'Id in the brand file';
COMMENT ON COLUMN core.product.name IS 'Name';
COMMENT ON COLUMN core.product.aliases IS 'Other names';
CREATE TABLE core.query (
	query_id VARCHAR NOT NULL, 
	q VARCHAR NOT NULL, 
	sources VARCHAR[] NOT NULL, 
	PRIMARY KEY (query_id)
);
COMMENT ON TABLE core.query IS 'What is on topic. Grain: query_id.';
COMMENT ON COLUMN core.query.query_id IS 'Id in the brand file';
COMMENT ON COLUMN core.query.q IS 'The query as written';
COMMENT ON COLUMN core.query.sources IS 'Sources it covers; empty: every off-channel source';
CREATE TABLE core.recommendation (
	recommendation_id VARCHAR NOT NULL, 
	brand_id VARCHAR, 
	product_id VARCHAR, 
	topic_id VARCHAR, 
	title VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	proposed_on DATE, 
	decided_on DATE, 
	implemented_on DATE, 
	loaded_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	batch_id VARCHAR NOT NULL, 
	PRIMARY KEY (recommendation_id), 
	CHECK (status IN ('proposed', 'accepted', 'implemented', 'rejected'))
);
COMMENT ON TABLE core.recommendation IS 'What product was advised to do, and what became of it. Grain: recommendation_id.';
COMMENT ON COLUMN core.recommendation.recommendation_id IS 'Id in the imported file';
COMMENT ON COLUMN core.recommendation.brand_id IS 'The brand';
COMMENT ON COLUMN core.recommendation.product_id IS 'The product';
COMMENT ON COLUMN core.recommendation.topic_id IS 'The topic';
COMMENT ON COLUMN core.recommendation.title IS 'What to do';
COMMENT ON COLUMN core.recommendation.status IS 'proposed, accepted, implemented or rejected';
COMMENT ON COLUMN core.recommendation.proposed_on IS 'Day it was proposed';
COMMENT ON COLUMN core.recommendation.decided_on IS 'Day it was decided';
COMMENT ON COLUMN core.recommendation.implemented_on IS 'Day it was implemented';
COMMENT ON COLUMN core.recommendation.loaded_at IS 'When the load last wrote this row';
COMMENT ON COLUMN core.recommendation.batch_id IS 'Sealed batch this row comes from';
CREATE TABLE core.release (
	release_id VARCHAR NOT NULL, 
	brand_id VARCHAR, 
	product_id VARCHAR, 
	version VARCHAR, 
	released_on DATE NOT NULL, 
	notes VARCHAR, 
	loaded_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	batch_id VARCHAR NOT NULL, 
	PRIMARY KEY (release_id)
);
COMMENT ON TABLE core.release IS 'Releases of a product. Grain: release_id.';
COMMENT ON COLUMN core.release.release_id IS 'Id in the imported file';
COMMENT ON COLUMN core.release.brand_id IS 'The brand';
COMMENT ON COLUMN core.release.product_id IS 'The product';
COMMENT ON COLUMN core.release.version IS 'Version';
COMMENT ON COLUMN core.release.released_on IS 'Day of the release';
COMMENT ON COLUMN core.release.notes IS 'What changed';
COMMENT ON COLUMN core.release.loaded_at IS 'When the load last wrote this row';
COMMENT ON COLUMN core.release.batch_id IS 'Sealed batch this row comes from';
CREATE TABLE core.run (
	run_id VARCHAR NOT NULL, 
	step VARCHAR NOT NULL, 
	started_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	finished_at TIMESTAMP WITH TIME ZONE, 
	status VARCHAR NOT NULL, 
	detail VARCHAR NOT NULL, 
	PRIMARY KEY (run_id), 
	CHECK (status IN ('done', 'failed'))
);
COMMENT ON TABLE core.run IS 'One row per step that was run. Grain: run_id.';
COMMENT ON COLUMN core.run.run_id IS 'Random id of the run';
COMMENT ON COLUMN core.run.step IS 'load, model or publish';
COMMENT ON COLUMN core.run.started_at IS 'When it began';
COMMENT ON COLUMN core.run.finished_at IS 'When it ended';
COMMENT ON COLUMN core.run.status IS 'done or failed';
COMMENT ON COLUMN core.run.detail IS 'What it did, or why it failed';
CREATE TABLE core.tombstone (
	mention_id VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	deleted_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	observed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	batch_id VARCHAR NOT NULL, 
	PRIMARY KEY (mention_id)
);
COMMENT ON TABLE core.tombstone IS 'Mentions their source deleted. Nothing else of them is kept, and they stay deleted. Grain: mention_id.';
COMMENT ON COLUMN core.tombstone.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.tombstone.source IS 'Name of the source';
COMMENT ON COLUMN core.tombstone.deleted_at IS 'Earliest deletion the source told';
COMMENT ON COLUMN core.tombstone.observed_at IS 'First marker we saw';
COMMENT ON COLUMN core.tombstone.batch_id IS 'Sealed batch this row comes from';
CREATE TABLE core.topic (
	topic_id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	examples VARCHAR[] NOT NULL, 
	PRIMARY KEY (topic_id)
);
COMMENT ON TABLE core.topic IS 'Declared topics. Grain: topic_id.';
COMMENT ON COLUMN core.topic.topic_id IS 'Id in the brand file';
COMMENT ON COLUMN core.topic.name IS 'Name';
COMMENT ON COLUMN core.topic.examples IS 'How people put it';
CREATE TABLE core.coverage (
	batch_id VARCHAR NOT NULL, 
	stream VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	host VARCHAR NOT NULL, 
	target VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	since TIMESTAMP WITH TIME ZONE, 
	until TIMESTAMP WITH TIME ZONE, 
	expected BIGINT, 
	got BIGINT, 
	reason VARCHAR NOT NULL, 
	PRIMARY KEY (batch_id), 
	CHECK (state IN ('complete', 'partial', 'capped', 'blocked', 'blind')), 
	FOREIGN KEY(batch_id) REFERENCES core.batch (batch_id)
);
COMMENT ON TABLE core.coverage IS 'How much of an interval a stream could see. Grain: batch_id.';
COMMENT ON COLUMN core.coverage.batch_id IS 'The batch that tells it, see core.batch';
COMMENT ON COLUMN core.coverage.stream IS 'Source, host and target';
COMMENT ON COLUMN core.coverage.source IS 'Name of the source';
COMMENT ON COLUMN core.coverage.host IS 'Host it was served by';
COMMENT ON COLUMN core.coverage.target IS 'Feed, tag, app or query id';
COMMENT ON COLUMN core.coverage.state IS 'complete, partial, capped, blocked or blind';
COMMENT ON COLUMN core.coverage.since IS 'Begin of the interval, where known';
COMMENT ON COLUMN core.coverage.until IS 'End of the interval, where known';
COMMENT ON COLUMN core.coverage.expected IS 'Items the source said there are';
COMMENT ON COLUMN core.coverage.got IS 'Items it served';
COMMENT ON COLUMN core.coverage.reason IS 'Why it is not complete, empty where it is';
CREATE TABLE core.quarantine (
	quarantine_id VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	native_id VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	detail VARCHAR NOT NULL, 
	raw VARCHAR NOT NULL, 
	batch_id VARCHAR NOT NULL, 
	PRIMARY KEY (quarantine_id), 
	FOREIGN KEY(batch_id) REFERENCES core.batch (batch_id)
);
COMMENT ON TABLE core.quarantine IS 'Served items that could not be read or placed. Grain: quarantine_id; the same bad item served twice is one row.';
COMMENT ON COLUMN core.quarantine.quarantine_id IS 'Hash of source, native_id, reason and raw';
COMMENT ON COLUMN core.quarantine.source IS 'Name of the source';
COMMENT ON COLUMN core.quarantine.native_id IS 'The source''s own id, empty where unreadable';
COMMENT ON COLUMN core.quarantine.reason IS 'Fixed code, such as bad_date';
COMMENT ON COLUMN core.quarantine.detail IS 'Field, value and mend, for people';
COMMENT ON COLUMN core.quarantine.raw IS 'The item as served, cut at 4,000 characters';
COMMENT ON COLUMN core.quarantine.batch_id IS 'Sealed batch that first held it';
CREATE TABLE core.receipt (
	batch_id VARCHAR NOT NULL, 
	served BIGINT NOT NULL, 
	inserted BIGINT NOT NULL, 
	updated BIGINT NOT NULL, 
	unchanged BIGINT NOT NULL, 
	duplicate BIGINT NOT NULL, 
	deleted BIGINT NOT NULL, 
	off_topic BIGINT NOT NULL, 
	quarantined BIGINT NOT NULL, 
	loaded_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (batch_id), 
	CHECK (served = inserted + updated + unchanged + duplicate + deleted + off_topic + quarantined), 
	CHECK (inserted >= 0), 
	CHECK (updated >= 0), 
	CHECK (unchanged >= 0), 
	CHECK (duplicate >= 0), 
	CHECK (deleted >= 0), 
	CHECK (off_topic >= 0), 
	CHECK (quarantined >= 0), 
	FOREIGN KEY(batch_id) REFERENCES core.batch (batch_id)
);
COMMENT ON TABLE core.receipt IS 'Proof that a batch was loaded, written in the transaction that loaded it. Every served item is in exactly one of the seven buckets. Grain: batch_id.';
COMMENT ON COLUMN core.receipt.batch_id IS 'The batch, see core.batch';
COMMENT ON COLUMN core.receipt.served IS 'Items served';
COMMENT ON COLUMN core.receipt.inserted IS 'Items that made a new row';
COMMENT ON COLUMN core.receipt.updated IS 'Items that changed a known row';
COMMENT ON COLUMN core.receipt.unchanged IS 'Items that told nothing new, or whose mention is deleted at the source';
COMMENT ON COLUMN core.receipt.duplicate IS 'Items served again with the same content in the same batch';
COMMENT ON COLUMN core.receipt.deleted IS 'Deletion markers';
COMMENT ON COLUMN core.receipt.off_topic IS 'Items no query covers';
COMMENT ON COLUMN core.receipt.quarantined IS 'Items that could not be read or placed';
COMMENT ON COLUMN core.receipt.loaded_at IS 'When the load last wrote this row';
